export type FilterVerdict = 'accept' | 'drop' | 'reject' | 'return' | 'jump' | 'goto' | 'none';

/** One rule, with the matches that goodgate understands; `undecided` where it has others besides. */
export interface FilterRule {
  readonly source: 'nft' | 'iptables';
  /** ip, ip6, inet, … */
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  /** The hook and policy of its chain, for base chains. */
  readonly hook?: string | undefined;
  readonly policy?: 'accept' | 'drop' | undefined;
  /** `none`: it only counts, logs or marks. */
  readonly verdict: FilterVerdict;
  /** The chain that jump and goto name. */
  readonly target?: string | undefined;
  /** tcp, udp …; absent for all. */
  readonly protocols?: readonly string[] | undefined;
  readonly dports?: readonly PortRange[] | undefined;
  readonly sports?: readonly PortRange[] | undefined;
  /** Addresses, prefixes `10.0.0.0/8` or ranges `10.0.0.1-10.0.0.9`. */
  readonly daddr?: AddressMatch | undefined;
  readonly saddr?: AddressMatch | undefined;
  /** Interfaces, `eth*` with a star at the end. */
  readonly iif?: NameMatch | undefined;
  readonly oif?: NameMatch | undefined;
  /** Connection states, `established`, `new` … */
  readonly states?: NameMatch | undefined;
  /** True where the rule has a match that is not read here (sets, limits, marks …). */
  readonly undecided: boolean;
  readonly packets?: number | undefined;
  readonly text: string;
  readonly line: number;
}

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export interface AddressMatch {
  readonly not: boolean;
  readonly any: readonly string[];
}

export interface NameMatch {
  readonly not: boolean;
  readonly any: readonly string[];
}

export interface FilterChain {
  readonly source: 'nft' | 'iptables';
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  /** input, output, forward, prerouting, postrouting, ingress; absent for chains that are only jumped to. */
  readonly hook?: string | undefined;
  readonly priority: number;
  readonly policy?: 'accept' | 'drop' | undefined;
  readonly packets?: number | undefined;
  readonly line: number;
}

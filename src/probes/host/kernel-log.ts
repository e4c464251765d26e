import type { Line, Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, frameNamed, framesOf, frameText } from '../framed-output.js';
import { deniesPermission, failureOf, unread, wholeNumber, withoutUndefined } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';

/** One message of the kernel. */
export interface KernelMessage {
  readonly text: string;
  /** Seconds before the look; absent where the kernel stamps no time. */
  readonly secondsAgo?: number | undefined;
  readonly line: number;
}

export interface OomKill extends KernelMessage {
  readonly pid: number;
  /** The command's name, at most 15 characters. */
  readonly process: string;
  /** The control group of the killed task, where the kernel told it just before. */
  readonly cgroup?: string | undefined;
  /** True where a control group's limit, not the host's memory, was reached. */
  readonly cgroupLimit: boolean;
}

export interface SecurityDenial extends KernelMessage {
  readonly comm?: string | undefined;
  readonly pid?: number | undefined;
  /** AppArmor's profile and operation; for an AVC the permission, `name_connect`. */
  readonly profile?: string | undefined;
  readonly operation?: string | undefined;
}

export interface KernelLogFacts {
  readonly source: 'dmesg' | 'journalctl -k';
  readonly oomKills: readonly OomKill[];
  readonly conntrackFull: readonly KernelMessage[];
  readonly segfaults: readonly (KernelMessage & { readonly process: string; readonly pid: number })[];
  readonly appArmorDenied: readonly SecurityDenial[];
  readonly avcDenied: readonly SecurityDenial[];
  readonly ioErrors: readonly KernelMessage[];
  readonly synFlooding: readonly KernelMessage[];
}

// The ring buffer is small; its last 5000 lines are all of it on most hosts.
const SNIPPET = `${FRAME_SHELL}say cat /proc/uptime
o=$(dmesg 2>&1 </dev/null); r=$?
if [ "$r" = 0 ]; then frame dmesg 0 "$(printf '%s\\n' "$o" | tail -n 5000)"; exit 0; fi
frame dmesg "$r" "$(printf '%s\\n' "$o" | head -n 3)"
command -v journalctl >/dev/null 2>&1 || exit 0
o=$(journalctl -k -b --no-pager -o short-monotonic -n 5000 2>&1 </dev/null); frame 'journalctl -k' "$?" "$o"
`;

/** What the kernel says of killed processes, full tables, denials and broken disks. */
export const kernelLog: ProbeKind<void, KernelLogFacts> = {
  kind: 'kernel.log',
  command: () => ({
    id: 'kernel.log',
    kind: 'kernel.log',
    argv: ['sh', '-c', SNIPPET, 'goodgate'],
    timeoutMs: 5000,
    capBytes: 2 * 1024 * 1024,
    privileged: true,
  }),
  parse: parseKernelLog,
};

/**
 * Sample (dmesg; journalctl puts `hostname kernel: ` between the bracket and the text):
 * [ 8630.120011] oom-kill:constraint=CONSTRAINT_MEMCG,…,task_memcg=/system.slice/ds-docservice.service,task=node,pid=4711,uid=999
 * [ 8630.120033] Memory cgroup out of memory: Killed process 4711 (node) total-vm:1042332kB, anon-rss:60112kB, …
 * [ 8642.000100] nf_conntrack: nf_conntrack: table full, dropping packet
 */
export function parseKernelLog(output: ProbeOutput): Parsed<KernelLogFacts> {
  const read = framesOf(output, 'kernel log');
  if (!read.ok) return read;
  const uptime = Number.parseFloat(frameText(frameNamed(read.frames, 'cat /proc/uptime')));
  const log = read.frames.find(
    ({ name, exitCode }) => exitCode === 0 && (name === 'dmesg' || name === 'journalctl -k'),
  );
  const isHidden =
    log !== undefined &&
    log.name !== 'dmesg' &&
    /not seeing messages|insufficient permissions|No journal files/.test(frameText(log).slice(0, 4000));
  if (log === undefined || isHidden) {
    const text = read.frames.slice(1).map(frameText).join('\n');
    if (deniesPermission(text) || isHidden)
      return unread('permission-denied', 'kernel log: this account may not read it');
    return failureOf('kernel log', text);
  }
  const messages = log.lines.map((line) => messageOf(line, uptime));
  const hasStamp = messages.some(({ secondsAgo }) => secondsAgo !== undefined);
  if (!hasStamp && log.lines.some(({ text }) => text !== '' && !/^[\x20-\x7e\t]*$/.test(text))) {
    return unread('unparseable', 'kernel log: not text of the kernel');
  }
  const matching = (pattern: RegExp): KernelMessage[] => messages.filter(({ text }) => pattern.test(text));
  return {
    ok: true,
    facts: {
      source: log.name === 'dmesg' ? 'dmesg' : 'journalctl -k',
      oomKills: oomKillsOf(messages),
      conntrackFull: matching(/nf_conntrack: table full/),
      segfaults: messages.flatMap(segfaultOf),
      appArmorDenied: matching(/apparmor="DENIED"/).map(denialOf),
      avcDenied: matching(/avc: {1,2}denied/).map(denialOf),
      ioErrors: matching(
        /I\/O error|EXT4-fs error|XFS .*(?:error|corruption)|Remounting filesystem read-only/i,
      ),
      synFlooding: matching(/Possible SYN flooding on port/),
    },
  };
}

function messageOf({ text, line }: Line, uptime: number): KernelMessage {
  const shape = /^(?:<\d{1,3}>)?\[ *(\d{1,12}\.\d{1,9})\] ?(?:\S{1,255} kernel: )?/.exec(text);
  if (shape === null) return { text, line };
  const secondsAgo = Math.max(0, Math.round((uptime - Number(shape[1])) * 1000) / 1000);
  const said = text.slice(shape[0].length);
  return withoutUndefined({
    text: said,
    secondsAgo: Number.isFinite(secondsAgo) ? secondsAgo : undefined,
    line,
  });
}

function oomKillsOf(messages: readonly KernelMessage[]): OomKill[] {
  const kills: OomKill[] = [];
  const told = new Map<number, { cgroup: string; cgroupLimit: boolean }>();
  for (const message of messages) {
    const { text } = message;
    const preface = /\boom-kill:constraint=(\w{1,40}),/.exec(text);
    if (preface !== null) {
      const pid = wholeNumber(/,pid=(\d{1,9}),/.exec(text)?.[1]);
      const cgroup = /,task_memcg=([^,]{1,1000}),/.exec(text)?.[1] ?? '';
      if (pid !== undefined) told.set(pid, { cgroup, cgroupLimit: preface[1] === 'CONSTRAINT_MEMCG' });
    }
    const killed = /(?:Killed process|Kill process) (\d{1,9}) \((.{1,64}?)\)/.exec(text);
    const pid = wholeNumber(killed?.[1]);
    if (killed === null || pid === undefined || /reap|invoked/.test(text)) continue;
    const cgroup = told.get(pid)?.cgroup || undefined;
    const cgroupLimit = told.get(pid)?.cgroupLimit ?? text.includes('Memory cgroup out of memory');
    kills.push(withoutUndefined({ ...message, pid, process: killed[2] ?? '', cgroup, cgroupLimit }));
  }
  return kills;
}

function segfaultOf(message: KernelMessage): (KernelMessage & { process: string; pid: number })[] {
  const shape =
    /^(?:traps: )?(.{1,64}?)\[(\d{1,9})\]:? (?:segfault at|general protection|trap invalid opcode)/.exec(
      message.text,
    );
  return shape === null ? [] : [{ ...message, process: shape[1] ?? '', pid: Number(shape[2]) }];
}

/** `avc:  denied  { name_connect } for  pid=812 comm="nginx" dest=8000 …`; `apparmor="DENIED" operation="open" profile="…" …` */
export function denialOf(message: KernelMessage): SecurityDenial {
  const word = (name: string): string | undefined => {
    const at = message.text.indexOf(` ${name}=`);
    if (at === -1) return undefined;
    return /^"?([^" ]{1,512})/.exec(message.text.slice(at + name.length + 2))?.[1];
  };
  const permission = /denied {1,2}\{ ([a-z_ ]{1,200}) \}/.exec(message.text)?.[1];
  return withoutUndefined({
    ...message,
    comm: word('comm'),
    pid: wholeNumber(word('pid')),
    profile: word('profile'),
    operation: permission ?? word('operation'),
  });
}

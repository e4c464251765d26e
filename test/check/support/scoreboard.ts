import type { Fault } from '../../../playground/faults/fault.js';
import type { Checked } from './check-world.js';

/** What a file of tests showed, for the line at its end. */
export interface Scoreboard {
  count(fault: Fault, checked: Checked): void;
  /** A check that belongs to no fault counts for its time alone. */
  time(checked: Checked): void;
  /** Causes that were named first and proven at least once. */
  provenCauses(): ReadonlySet<string>;
  line(): string;
}

export function createScoreboard(title: string): Scoreboard {
  const tried = new Set<string>();
  const proven = new Set<string>();
  const times: number[] = [];
  return {
    count({ cause }, checked) {
      const [first] = checked.result.causes;
      tried.add(cause);
      times.push(checked.tookMs);
      if (first?.id === cause && first.certainty === 'proven') proven.add(cause);
    },
    time: ({ tookMs }) => void times.push(tookMs),
    provenCauses: () => proven,
    line: () =>
      `${title}: ${proven.size} of ${tried.size} causes named first and proven; ${times.length} checks, median ${seconds(median(times))}`,
  };
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '-' : `${(ms / 1000).toFixed(1)} s`;
}

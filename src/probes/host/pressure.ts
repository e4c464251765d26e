/** Pressure stall information (kernel.org, accounting/psi): shares of time, in percent, in which tasks stalled. */
import { withoutUndefined } from '../output-reading.js';

export interface Pressure {
  readonly someAvg10?: number | undefined;
  readonly someAvg60?: number | undefined;
  readonly fullAvg10?: number | undefined;
  readonly fullAvg60?: number | undefined;
}

/** Sample: `some avg10=0.00 avg60=0.12 avg300=0.10 total=1234`; undefined where the kernel keeps none. */
export function parsePressure(text: string): Pressure | undefined {
  const value = (row: string, name: string): number | undefined => {
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${row} `));
    const shape =
      line === undefined ? null : new Map(line.split(' ').map((pair) => splitPair(pair))).get(name);
    const number = Number.parseFloat(shape ?? '');
    return Number.isFinite(number) ? number : undefined;
  };
  if (value('some', 'avg10') === undefined) return undefined;
  return withoutUndefined({
    someAvg10: value('some', 'avg10'),
    someAvg60: value('some', 'avg60'),
    fullAvg10: value('full', 'avg10'),
    fullAvg60: value('full', 'avg60'),
  });
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

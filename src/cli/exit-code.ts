import type { Verdict } from '../domain/diagnosis.js';

/** The command line's contract. 70 is EX_SOFTWARE of sysexits.h; 130 is what a shell gives for SIGINT. */
export const EXIT = {
  ok: 0,
  fault: 1,
  usage: 2,
  unreachable: 3,
  bug: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export function exitCodeOf(verdict: Verdict): ExitCode {
  switch (verdict) {
    case 'healthy':
      return EXIT.ok;
    case 'root-cause':
    case 'inconclusive':
      return EXIT.fault;
    case 'unreachable':
      return EXIT.unreachable;
  }
}

/** What goodgate answers to people in Slack, before it is put into words. */
import type { Diagnosis } from './diagnosis.js';
import type { Incident } from './incident.js';
import type { Run } from './run.js';
import type { TimelineEvent } from './timeline.js';

/** A word that was meant, with the command that would do it. */
export interface Suggestion {
  readonly label: string;
  /** Without the slash command itself: `check docs-server`. */
  readonly command: string;
}

/** What a word was expected to be. */
export type WordKind = 'command' | 'target' | 'playbook' | 'run' | 'incident' | 'cause';

export interface TargetLine {
  readonly name: string;
  readonly url: string;
  readonly playbook?: string;
  readonly hosts: readonly string[];
  /** Its newest finished run. */
  readonly last?: Run;
}

export interface Overview {
  readonly incidents: readonly Incident[];
  readonly running: readonly Run[];
  readonly waiting: readonly Run[];
  readonly targets: readonly TargetLine[];
  /** Milliseconds since a worker last took a job or said that it would; absent where none ever did. */
  readonly workersSilentMs?: number;
}

/** A cause, taught: the texts of the catalogue in the language of the reader. */
export interface CauseLesson {
  readonly id: string;
  readonly title: string;
  readonly what: string;
  /** What to run by hand, and what it shows. */
  readonly confirm: readonly { readonly run: string; readonly see: string }[];
  readonly mend: readonly { readonly do: string; readonly run?: string }[];
  readonly prevent: readonly string[];
}

export type Answer =
  /** A run has begun; its own message tells of it. `link` leads there. */
  | { readonly kind: 'run-created'; readonly run: Run }
  | { readonly kind: 'run-joined'; readonly run: Run; readonly link?: string }
  | { readonly kind: 'overview'; readonly overview: Overview }
  | { readonly kind: 'targets'; readonly targets: readonly TargetLine[] }
  | { readonly kind: 'runs'; readonly runs: readonly Run[]; readonly target?: string }
  | { readonly kind: 'cancelling'; readonly run: Run }
  | { readonly kind: 'run-over'; readonly run: Run }
  | {
      readonly kind: 'timeline';
      readonly incident: Incident;
      readonly events: readonly TimelineEvent[];
      /** Events before the first one shown. */
      readonly omitted: number;
    }
  | {
      readonly kind: 'incident-changed';
      readonly what: 'acknowledged' | 'resolved' | 'noted';
      readonly incident: Incident;
      /** False where it was so already. */
      readonly changed: boolean;
    }
  /** Several incidents are open, and the command did not say which one it means. */
  | { readonly kind: 'which-incident'; readonly incidents: readonly Incident[]; readonly command: string }
  | { readonly kind: 'no-incident' }
  | { readonly kind: 'lesson'; readonly lesson: CauseLesson }
  | { readonly kind: 'help' }
  | {
      readonly kind: 'not-understood';
      readonly word: string;
      readonly expected: WordKind;
      /** The nearest ones, best first. */
      readonly near: readonly Suggestion[];
      /** Some of what there is, where nothing is near. */
      readonly known: readonly string[];
    }
  /** A word is missing, or one too many: how the command is written. */
  | { readonly kind: 'usage'; readonly command: string; readonly usage: string; readonly extra?: string }
  /** The store does not answer: what was asked was not done, or perhaps only later. */
  | { readonly kind: 'unavailable' }
  /** A fault of goodgate's own; `reference` stands in its log too. */
  | { readonly kind: 'failed'; readonly reference: string };

/** All that a run's message is made of. */
export interface RunView {
  readonly run: Run;
  readonly now: Date;
  readonly diagnosis?: Diagnosis;
  readonly incident?: Incident;
  /** False where the store has no evidence of it any more. */
  readonly hasEvidence: boolean;
}

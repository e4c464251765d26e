import type { WordKind } from '../../domain/answer.js';
import type { Verdict } from '../../domain/diagnosis.js';
import type { IncidentState } from '../../domain/incident.js';
import type { InterruptReason, RunProgress, RunState } from '../../domain/run.js';
import type { TimelineKind } from '../../domain/timeline.js';
import { wordsEn } from './words-en.js';
import { wordsZh } from './words-zh.js';

/**
 * What goodgate says in Slack. Plain text without markup: what is put into it is escaped together with it. What the
 * terminal says too stands in ../texts.ts.
 */
export interface Words {
  readonly lang: 'en' | 'zh';
  /** Between entries of a list in one line, and between a name and what is said of it. */
  readonly comma: string;
  readonly colon: string;
  /** Between two sentences. */
  readonly gap: string;
  readonly title: Readonly<Record<Verdict, (target: string) => string>>;
  readonly state: Readonly<Record<RunState, string>>;
  /** A verdict in a list, beside the target's name. */
  readonly outcome: Readonly<Record<Verdict, string>>;
  readonly incidentState: Readonly<Record<IncidentState, string>>;
  readonly run: {
    readonly waits: (target: string) => string;
    readonly waitsForTurn: string;
    readonly waitsForHosts: (hosts: string, count: number) => string;
    readonly checks: (target: string) => string;
    readonly step: Readonly<Record<RunProgress['step'], string>>;
    readonly looks: (done: number, asked: number) => string;
    readonly connecting: string;
    readonly unreachable: string;
    readonly moreHosts: (count: number) => string;
    readonly takenOver: (attempt: number) => string;
    readonly stopping: string;
    readonly cancelled: (target: string) => string;
    readonly cancelledBy: string;
    readonly interrupted: (target: string) => string;
    readonly interruptedWhy: Readonly<Record<InterruptReason, string>>;
    readonly interruptedDo: Readonly<Record<InterruptReason, string>>;
    readonly askedBy: string;
    readonly joinedBy: string;
    readonly alert: (source: string) => string;
    readonly took: (seconds: string) => string;
    readonly morePeople: (count: number) => string;
  };
  readonly verdict: {
    readonly why: string;
    readonly proof: string;
    readonly path: string;
    readonly moreHops: (count: number) => string;
    readonly nextStep: string;
    readonly notByItself: string;
    readonly byHand: string;
    readonly longCommand: string;
    readonly moreSteps: (count: number) => string;
    readonly alsoBroken: string;
    readonly moreFaults: (count: number) => string;
    readonly healthy: string;
    readonly recentFailures: (count: number) => string;
    readonly notSeen: (count: number) => string;
    readonly moreNotSeen: (count: number) => string;
    readonly makeVisible: string;
    readonly tryAgain: string;
    readonly doctor: string;
    readonly details: string;
    readonly evidenceGone: string;
    readonly evidenceToCome: string;
  };
  readonly incident: {
    readonly since: string;
    readonly acknowledgedBy: string;
    readonly nobody: string;
    readonly resolvedBy: string;
    readonly mitigatedAt: string;
    readonly confirm: { readonly title: (id: string) => string; readonly text: string };
  };
  readonly buttons: {
    readonly recheck: string;
    readonly cancel: string;
    readonly acknowledge: string;
    readonly resolve: string;
    readonly explain: string;
    readonly check: string;
    readonly open: string;
    readonly no: string;
  };
  readonly thread: {
    readonly chain: string;
    readonly rest: string;
    readonly hints: string;
    readonly ruledOut: (count: number) => string;
    readonly notChecked: (count: number) => string;
    readonly recent: string;
    readonly nothing: string;
    readonly times: (count: number) => string;
    readonly remedy: string;
    readonly fileTitle: (run: string, target: string) => string;
    readonly moreLines: (count: number) => string;
    /** What `…(+120)` means. */
    readonly cutNote: string;
    readonly moreInFile: (count: number) => string;
    readonly moreGone: (count: number) => string;
    readonly fileRefused: (code: string) => string;
    readonly inviteForFile: string;
  };
  readonly file: {
    readonly looks: (count: number) => string;
    readonly took: (ms: number) => string;
    readonly exit: (code: number | null) => string;
    readonly nothing: string;
    readonly truncated: string;
    readonly cut: (characters: number, looks: number) => string;
    readonly noDiagnosis: string;
  };
  readonly answer: {
    readonly created: (target: string) => string;
    readonly joined: (target: string) => string;
    readonly open: string;
    readonly overview: string;
    readonly nothingOpen: string;
    readonly nothingRuns: string;
    readonly incidents: (count: number) => string;
    readonly running: (count: number) => string;
    readonly waiting: (count: number) => string;
    readonly targets: (count: number) => string;
    readonly noTargets: string;
    readonly never: string;
    readonly lastChecked: string;
    readonly runs: string;
    readonly runsOf: (target: string) => string;
    readonly noRuns: string;
    readonly noRunsOf: (target: string) => string;
    readonly cancelling: (run: string) => string;
    readonly runOver: (run: string, state: string) => string;
    readonly timeline: (incident: string, target: string) => string;
    readonly earlier: (count: number) => string;
    readonly noEvents: string;
    readonly changed: Readonly<
      Record<'acknowledged' | 'resolved' | 'noted', (incident: string, target: string) => string>
    >;
    readonly already: Readonly<
      Record<'acknowledged' | 'resolved' | 'noted', (incident: string, target: string) => string>
    >;
    readonly whichIncident: string;
    readonly noIncident: string;
    readonly unknown: Readonly<Record<WordKind, (word: string) => string>>;
    readonly meant: string;
    readonly known: Readonly<Record<WordKind, string>>;
    readonly usage: (command: string) => string;
    readonly extra: (word: string) => string;
    readonly unavailable: string;
    readonly failed: string;
    readonly reference: (reference: string) => string;
    readonly silent: (minutes: number) => string;
    readonly noWorker: string;
  };
  readonly event: Readonly<Record<TimelineKind, string>>;
  readonly help: {
    readonly title: string;
    readonly groups: {
      readonly check: string;
      readonly look: string;
      readonly incident: string;
      readonly learn: string;
    };
    readonly also: string;
    /** By the command's name. */
    readonly commands: Readonly<Record<HelpCommand, string>>;
  };
  readonly modal: {
    readonly title: string;
    readonly submit: string;
    readonly close: string;
    readonly target: string;
    readonly targetHint: string;
    readonly targetPlaceholder: string;
    readonly playbook: string;
    readonly anyPlaybook: string;
    readonly playbookHint: string;
    readonly noTargets: string;
    readonly intro: string;
    readonly morePlaybooks: (count: number) => string;
  };
  readonly home: {
    readonly title: string;
    readonly intro: (command: string) => string;
    readonly approvals: string;
    readonly noApprovals: string;
    readonly updated: string;
    readonly more: (count: number) => string;
  };
}

/** The commands of src/words/, which this room does not import; a test holds the two together. */
export type HelpCommand =
  | 'check'
  | 'run'
  | 'status'
  | 'targets'
  | 'runs'
  | 'history'
  | 'recheck'
  | 'cancel'
  | 'timeline'
  | 'ack'
  | 'resolve'
  | 'note'
  | 'explain'
  | 'help';

export const slackWords: Readonly<Record<'en' | 'zh', Words>> = { en: wordsEn, zh: wordsZh };

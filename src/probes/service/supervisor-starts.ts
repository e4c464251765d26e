import type { Line, Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, frameNamed, framesOf, frameText } from '../framed-output.js';
import { failureOf, unread, wholeNumber, withoutUndefined } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { pathParam } from '../probe-params.js';

export type SupervisorEventKind =
  | 'spawned'
  | 'success'
  | 'exited'
  | 'gave up'
  | 'stopped'
  | 'spawnerr'
  | 'killing'
  | 'waiting'
  | 'supervisord-started'
  | 'supervisord-stopping';

export interface SupervisorEvent {
  /** ISO 8601 by the host's local clock, without a zone, as it is written. */
  readonly at: string;
  /** Milliseconds since 1970, by the host's present offset from UTC. */
  readonly epochMs?: number | undefined;
  readonly event: SupervisorEventKind;
  /** Empty for supervisord's own events. */
  readonly program: string;
  readonly pid?: number | undefined;
  readonly exitStatus?: number | undefined;
  /** `SIGKILL` where a signal ended it. */
  readonly signal?: string | undefined;
  /** False for "not expected" (exitcodes). */
  readonly expected?: boolean | undefined;
  readonly text: string;
  readonly line: number;
}

export interface SupervisorStartsFacts {
  readonly events: readonly SupervisorEvent[];
  /** The host's clock at the look, in milliseconds since 1970. */
  readonly nowEpochMs: number;
}

const SNIPPET = `${FRAME_SHELL}say date '+%s %z'
[ -e "$1" ] || { say ls -d -- "$1"; exit 0; }
say tail -n 4000 -- "$1"
`;

/** What supervisord's own log tells of starts and deaths: the last 4000 lines. */
export const supervisorStarts: ProbeKind<{ readonly logFile: string }, SupervisorStartsFacts> = {
  kind: 'supervisor.starts',
  command: ({ logFile }) => {
    const path = pathParam('supervisor.starts', 'logFile', logFile);
    return {
      id: `supervisor.starts:${path}`,
      kind: 'supervisor.starts',
      argv: ['sh', '-c', SNIPPET, 'goodgate', path],
      timeoutMs: 4000,
      capBytes: 2 * 1024 * 1024,
      privileged: true,
    };
  },
  parse: parseSupervisorStarts,
};

/**
 * Sample:
 * 2026-11-21 01:25:01,123 INFO spawned: 'docservice' with pid 4711
 * 2026-11-21 01:25:02,125 INFO success: docservice entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)
 * 2026-11-21 01:25:09,300 WARN exited: docservice (exit status 1; not expected)
 * 2026-11-21 01:25:20,001 INFO gave up: docservice entered FATAL state, too many start retries too quickly
 */
export function parseSupervisorStarts(output: ProbeOutput): Parsed<SupervisorStartsFacts> {
  const read = framesOf(output, 'supervisord log');
  if (!read.ok) return read;
  const clock = /^(\d{9,11}) ([+-])(\d{2})(\d{2})$/.exec(frameText(frameNamed(read.frames, 'date')).trim());
  if (clock === null) return unread('unparseable', 'supervisord log: the host told no time');
  const offsetMinutes = (clock[2] === '-' ? -1 : 1) * (Number(clock[3]) * 60 + Number(clock[4]));
  const tail = frameNamed(read.frames, 'tail');
  if (tail === undefined || tail.exitCode !== 0) {
    return failureOf('supervisord log', frameText(tail ?? frameNamed(read.frames, 'ls')));
  }
  const events = tail.lines.flatMap((line) => eventOf(line, offsetMinutes));
  if (events.length === 0 && tail.lines.some(({ text }) => text !== '' && !/^\d{4}-\d\d-\d\d /.test(text))) {
    return unread('unparseable', 'supervisord log: no line of the expected form');
  }
  return { ok: true, facts: { events, nowEpochMs: Number(clock[1]) * 1000 } };
}

function eventOf({ text, line }: Line, offsetMinutes: number): SupervisorEvent[] {
  const shape = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d),(\d{3}) [A-Z]{4} (.*)$/.exec(text);
  const message = shape?.[4];
  const what = message === undefined ? undefined : meaningOf(message);
  if (shape === null || what === undefined) return [];
  const at = `${shape[1]}T${shape[2]}.${shape[3]}`;
  const utc = Date.parse(`${at}Z`);
  const epochMs = Number.isNaN(utc) ? undefined : utc - offsetMinutes * 60_000;
  return [withoutUndefined({ at, epochMs, ...what, text, line })];
}

type EventMeaning = Pick<SupervisorEvent, 'event' | 'program' | 'pid' | 'exitStatus' | 'signal' | 'expected'>;

function meaningOf(message: string): EventMeaning | undefined {
  const spawned = /^spawned: '([^']{1,200})' with pid (\d{1,9})$/.exec(message);
  if (spawned !== null)
    return withoutUndefined<EventMeaning>({
      event: 'spawned',
      program: spawned[1] ?? '',
      pid: wholeNumber(spawned[2]),
    });
  const ended =
    /^(exited|stopped): (\S{1,200}) \((?:exit status (\d{1,3})|terminated by (\w+))[^;)]*(?:; (not )?expected)?\)/.exec(
      message,
    );
  if (ended !== null) {
    const event = ended[1] === 'stopped' ? 'stopped' : 'exited';
    const expected = message.includes('expected)') ? ended[5] === undefined : undefined;
    return withoutUndefined<EventMeaning>({
      event,
      program: ended[2] ?? '',
      exitStatus: wholeNumber(ended[3]),
      signal: ended[4],
      expected,
    });
  }
  const entered = /^(success|gave up): (\S{1,200}) entered /.exec(message);
  if (entered !== null)
    return { event: entered[1] === 'success' ? 'success' : 'gave up', program: entered[2] ?? '' };
  const spawnError = /^spawnerr: /.test(message);
  if (spawnError) return { event: 'spawnerr', program: '' };
  const killing = /^killing '([^']{1,200})' \((\d{1,9})\) with (SIG\w+)/.exec(message);
  if (killing !== null) {
    return withoutUndefined<EventMeaning>({
      event: 'killing',
      program: killing[1] ?? '',
      pid: wholeNumber(killing[2]),
      signal: killing[3],
    });
  }
  const waiting = /^waiting for (\S{1,200}) to (?:stop|die)$/.exec(message);
  if (waiting !== null) return { event: 'waiting', program: waiting[1] ?? '' };
  const started = /^supervisord started with pid (\d{1,9})/.exec(message);
  if (started !== null)
    return withoutUndefined<EventMeaning>({
      event: 'supervisord-started',
      program: '',
      pid: wholeNumber(started[1]),
    });
  if (/^received SIG\w+ indicating exit request/.test(message))
    return { event: 'supervisord-stopping', program: '' };
  return undefined;
}

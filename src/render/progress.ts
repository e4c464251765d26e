import { clipped } from './ink.js';
import type { Terminal } from './terminal.js';
import type { Texts } from './texts.js';
import { visibleText } from './visible-text.js';

/** What a check tells while it runs. */
export interface ProgressEvent {
  readonly kind: 'connecting' | 'connected' | 'unreachable' | 'round' | 'probe' | 'outside' | 'judging';
  readonly host?: string;
  readonly round?: number;
  readonly probe?: string;
  readonly done?: number;
  readonly total?: number;
  readonly says?: string;
}

export interface Progress {
  tell(event: ProgressEvent): void;
  /** Takes the live line away; nothing is written after it. */
  stop(): void;
}

interface Sink {
  write(text: string): unknown;
}

/** `live` on a terminal: one line that is overwritten. `lines` elsewhere: a line for each step. */
export function createProgress(
  how: 'live' | 'lines' | 'quiet',
  sink: Sink,
  terminal: Pick<Terminal, 'unicode' | 'width'>,
  words: Texts,
  verbose: boolean,
): Progress {
  switch (how) {
    case 'live':
      return liveProgress(sink, terminal, words);
    case 'lines':
      return lineProgress(sink, words, verbose);
    case 'quiet':
      return { tell: () => {}, stop: () => {} };
  }
}

function lineProgress(sink: Sink, words: Texts, verbose: boolean): Progress {
  let stopped = false;
  return {
    tell(event) {
      if (stopped || (event.kind === 'probe' && !verbose)) {
        return;
      }
      const says = event.kind === 'probe' ? (event.probe ?? '') : stepOf(event, words);
      const more = event.says === undefined ? '' : ` (${event.says})`;
      sink.write(`${visibleText(`${event.host === undefined ? '' : `${event.host}: `}${says}${more}`)}\n`);
    },
    stop() {
      stopped = true;
    },
  };
}

const SPINNERS = { unicode: [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'], ascii: [...'|/-\\'] };
const FRAME_MS = 90;
const CLEAR_LINE = '\r\u001b[2K';

function liveProgress(sink: Sink, terminal: Pick<Terminal, 'unicode' | 'width'>, words: Texts): Progress {
  const frames = terminal.unicode ? SPINNERS.unicode : SPINNERS.ascii;
  const steps = new Map<string, { text: string; busy: boolean }>();
  const rounds = new Map<string, number>();
  let frame = 0;
  let stopped = false;
  const draw = () => {
    const spinner = frames[frame % frames.length] ?? '';
    const parts = [...steps.values()].map(({ text, busy }) => (busy ? `${spinner} ${text}` : text));
    const line = clipped(parts.join('   '), terminal.width - 1, terminal.unicode ? '…' : '...');
    sink.write(`${CLEAR_LINE}${line}`);
  };
  const timer = setInterval(() => {
    frame += 1;
    draw();
  }, FRAME_MS);
  timer.unref();
  return {
    tell(event) {
      if (stopped) {
        return;
      }
      const host = event.host ?? '';
      if (event.kind === 'round') {
        rounds.set(host, event.round ?? 1);
      }
      const round = event.round ?? rounds.get(host) ?? 1;
      const text = visibleText(`${host === '' ? '' : `${host} `}${stepOf({ ...event, round }, words)}`);
      steps.set(host === '' ? event.kind : host, { text, busy: event.kind !== 'unreachable' });
      // Probes answer by the dozen; the next frame shows them soon enough.
      if (event.kind !== 'probe') {
        draw();
      }
    },
    stop() {
      if (!stopped) {
        stopped = true;
        clearInterval(timer);
        sink.write(CLEAR_LINE);
      }
    },
  };
}

function stepOf(event: ProgressEvent, words: Texts): string {
  const { progress } = words;
  switch (event.kind) {
    case 'connecting':
      return progress.connecting;
    case 'connected':
      return progress.connected;
    case 'unreachable':
      return progress.unreachable;
    case 'outside':
      return progress.outside;
    case 'judging':
      return progress.judging;
    case 'round':
      return progress.round(event.round ?? 1, event.total);
    case 'probe':
      return `${progress.round(event.round ?? 1, undefined)} ${progress.done(event.done ?? 0, event.total)}`;
  }
}

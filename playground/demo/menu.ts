import { createInterface } from 'node:readline';
import { type Fault, whyNot } from '../faults/registry.js';
import { findFault } from './choose-fault.js';
import { renderFaultList } from './fault-list.js';
import type { Stage } from './stage.js';
import type { Voice } from './voice.js';
import type { Words } from './words.js';

/** Shown at once; each teaches something else. All others are a `list` away. */
const FIRST = [
  'redis-down',
  'backend-stopped',
  'backend-frozen',
  'port-taken',
  'backend-port-moved',
  'config-not-json',
  'database-wrong-password',
  'storage-denied',
  'location-shadows-502',
  'timeout-too-short',
  'certificate-expired',
  'disk-full',
];

/** Asks what to do next until the person has had enough. */
export async function runMenu(
  stage: Stage,
  faults: readonly Fault[],
  voice: Voice,
  words: Words,
): Promise<void> {
  const possible = faults.filter((fault) => whyNot(fault, stage.world) === undefined);
  const first = FIRST.flatMap((name) => possible.filter((fault) => fault.name === name));
  const completions = ['list', 'check', 'mend', 'quit', ...possible.map((fault) => fault.name)];
  showFirst(first, voice, words);
  for (;;) {
    if (stage.broken !== undefined) voice.remark(words.broken(stage.broken.name));
    const answer = (await askPerson(words.prompt, completions))?.trim();
    if (answer === undefined || ['quit', 'exit', 'q'].includes(answer)) return;
    if (answer === '' || answer === 'help' || answer === '?') showFirst(first, voice, words);
    else if (answer === 'list') process.stdout.write(`\n${renderFaultList(possible, voice.ink, words)}`);
    else if (answer === 'check') await stage.check();
    else if (answer === 'mend') await stage.mend();
    else await breakNamed(answer, { stage, first, faults, voice });
    voice.air();
  }
}

interface Choice {
  readonly stage: Stage;
  readonly first: readonly Fault[];
  readonly faults: readonly Fault[];
  readonly voice: Voice;
}

async function breakNamed(answer: string, { stage, first, faults, voice }: Choice): Promise<void> {
  const numbered = /^\d{1,2}$/u.test(answer) ? first[Number(answer) - 1] : undefined;
  const found = numbered === undefined ? findFault(answer, faults) : { fault: numbered };
  if ('problem' in found) voice.say(found.problem);
  else await stage.breakAndCheck(found.fault);
}

function showFirst(first: readonly Fault[], voice: Voice, words: Words): void {
  const { paint } = voice.ink;
  voice.step(words.menu);
  for (const [index, fault] of first.entries()) {
    const number = String(index + 1).padEnd(2);
    voice.say(`${paint.cyan(number)}  ${fault.name.padEnd(24)} ${paint.dim(fault.title[words.lang])}`);
  }
  voice.say(words.menuHelp);
}

/**
 * One line from the terminal; undefined for Ctrl-D. A reader of its own for each line: while a check runs, the terminal
 * belongs to that check, and Ctrl-C is a signal as everywhere.
 */
function askPerson(prompt: string, completions: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const reader = createInterface({
      input: process.stdin,
      output: process.stdout,
      completer: (line: string) => [completions.filter((name) => name.startsWith(line)), line],
    });
    reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    reader.on('close', () => resolve(undefined));
    reader.question(prompt, (answer) => {
      resolve(answer);
      reader.close();
    });
  });
}

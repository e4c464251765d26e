import fc from 'fast-check';
import type { Actor } from '../../../src/domain/actor.js';
import type { Answer, Overview, RunView } from '../../../src/domain/answer.js';
import type { Certainty, Citation, Diagnosis, NamedCause, Verdict } from '../../../src/domain/diagnosis.js';
import type { Incident } from '../../../src/domain/incident.js';
import type { Run, RunState } from '../../../src/domain/run.js';
import type { TimelineKind } from '../../../src/domain/timeline.js';

/** The only person whom a message may name: every other mention in it was smuggled in. */
export const REAL_PERSON = 'U0REAL001';

const FRAGMENTS = [
  '<!channel>',
  '<!here|here>',
  '<!everyone>',
  '<@U0EVIL001>',
  '<#C0EVIL001|general>',
  '<!subteam^S0EVIL001>',
  '<https://evil.example/|click me>',
  '<mailto:a@evil.example>',
  'https://evil.example/x?a=1&b=2',
  'ops@evil.example',
  '<!date^1392734382^{date}^https://evil.example/|x>',
  '&lt;!channel&gt;',
  '&amp;',
  '&',
  '<',
  '>',
  '>quoted',
  '&#60;',
  '`',
  '``',
  '```',
  '```\n',
  ':skull:',
  ':sku',
  'll:',
  '::',
  ':',
  ':+1:',
  ':100:',
  '21:06:07',
  '@here',
  '@channel',
  '#general',
  '*',
  '_',
  '~',
  '*bold*',
  '_x_',
  '~~',
  '\n',
  '\r\n',
  '\r',
  '\t',
  ' ',
  '\n\n>',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u200d',
  '\ufeff',
  '\u2028',
  '\u0000',
  '\u001b[2J',
  '\u009b',
  '\ud800',
  '\udc00',
  '\ud83d',
  '👩‍👩‍👧‍👦',
  '🇺🇳',
  'é',
  'e\u0301\u0302',
  '\u0301',
  '\u{e0041}',
  '\ufe0f',
  '中文，',
  '’',
  '“',
  '…(+9)',
  '|',
  '^',
  '$(reboot)',
  "'",
  '"',
  '\\',
  '-- ',
  'docs-1',
  'a',
  '%s',
  '{0}',
];
const HUGE = [
  'x'.repeat(7000),
  '中'.repeat(4000),
  '`*<&:'.repeat(1500),
  'line\n'.repeat(2000),
  '\u0301'.repeat(4000),
  '👩‍👩‍👧‍👦'.repeat(600),
];

const hostileText = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 8 }).map((all) => all.join('')),
  },
  {
    weight: 4,
    arbitrary: fc.array(fc.nat(0xffff), { maxLength: 12 }).map((units) => String.fromCharCode(...units)),
  },
  { weight: 1, arbitrary: fc.constantFrom(...HUGE) },
);

const count = fc.oneof(
  { weight: 120, arbitrary: fc.integer({ min: 0, max: 2 }) },
  { weight: 1, arbitrary: fc.integer({ min: 3, max: 70 }) },
);

const STATES: readonly RunState[] = [
  'queued',
  'running',
  'finished',
  'finished',
  'finished',
  'interrupted',
  'cancelled',
];
const VERDICTS: readonly Verdict[] = ['root-cause', 'healthy', 'inconclusive', 'unreachable'];
const CERTAINTIES: readonly Certainty[] = ['proven', 'likely', 'possible'];
const KINDS: readonly TimelineKind[] = ['run-requested', 'run-finished', 'note', 'incident-resolved'];

/** Of what a hostile finding is made: some texts, which stand wherever a text stands, and how many of everything. */
export const hostileFinding = fc.record({
  texts: fc.array(hostileText, { minLength: 1, maxLength: 6 }),
  state: fc.constantFrom(...STATES),
  verdict: fc.constantFrom(...VERDICTS),
  causes: count,
  links: count,
  lines: count,
  hops: count,
  others: count,
  flags: fc.nat(255),
});

export type Finding = typeof hostileFinding extends fc.Arbitrary<infer T> ? T : never;

/** The same with thousands of one thing. */
export const hugeFinding = fc
  .tuple(hostileFinding, fc.constantFrom('causes', 'links', 'lines', 'hops', 'others'))
  .map(([finding, what]) => ({
    ...finding,
    ...{ causes: 1, links: 1, lines: 1, hops: 1, others: 1 },
    state: 'finished' as const,
    [what]: 2000,
  }));

export interface Scenario {
  readonly view: RunView;
  readonly answers: readonly Answer[];
  readonly overview: Overview;
  readonly names: readonly string[];
}

export function scenarioOf(finding: Finding): Scenario {
  let turn = 0;
  const text = () => finding.texts[turn++ % finding.texts.length] ?? '';
  const times = <T>(many: number, make: (index: number) => T): T[] =>
    Array.from({ length: many }, (_, index) => make(index));
  const has = (bit: number) => (finding.flags & (1 << bit)) !== 0;
  const at = () => (has(0) ? '2026-11-20T21:06:07.537Z' : text());
  const actor = (): Actor =>
    has(1) ? { kind: 'person', id: has(2) ? REAL_PERSON : text() } : { kind: 'alert', source: text() };

  const cite = (): Citation => ({
    probe: text(),
    host: text(),
    argv: times(turn % 3, text),
    at: at(),
    excerpt: text(),
    ...(has(3) ? { within: text() } : {}),
  });
  const cause = (index: number): NamedCause => ({
    id: text(),
    certainty: CERTAINTIES[index % 3] ?? 'possible',
    host: text(),
    title: text(),
    chain: times(finding.links, () => ({
      says: text(),
      cause: text(),
      evidence: times(Math.min(finding.lines, 12), cite),
    })),
    recoveries: times(finding.lines, () => ({
      id: text(),
      risk: 'disruptive' as const,
      title: text(),
      host: text(),
      argv: times(Math.min(finding.lines, 3), () => times(2, text)),
    })),
  });
  const causes = times(finding.causes, cause);
  const diagnosis: Diagnosis = {
    schema: 1,
    target: text(),
    url: text(),
    playbook: text(),
    verdict: finding.verdict,
    httpStatus: has(4) ? 502 : null,
    symptom: text(),
    causes,
    ruledOut: times(finding.others, () => ({ id: text(), because: text() })),
    notChecked: times(finding.others, () => ({
      probe: text(),
      host: text(),
      reason: 'failed' as const,
      says: text(),
      remedy: text(),
    })),
    path: times(finding.hops, (index) => ({
      hop: text(),
      address: text(),
      state: (['ok', 'broken', 'unknown'] as const)[index % 3] ?? 'ok',
      says: text(),
      depth: index % 2,
    })),
    recent: times(finding.lines, () => ({
      says: text(),
      evidence: times(Math.min(finding.lines, 12), cite),
    })),
    startedAt: at(),
    durationMs: 2312,
    hosts: times(finding.hops, () => ({ host: text(), connections: 1, channels: 1, probes: 9 })),
  };
  const incident: Incident = {
    id: text(),
    target: text(),
    state: has(5) ? 'open' : 'mitigated',
    openedAt: at(),
    openedBy: actor(),
    conversation: { channel: 'C0REAL001' },
    runs: [],
    cause: text(),
    mitigatedAt: at(),
    revision: 1,
    ...(has(6) ? { acknowledged: { by: actor(), at: at() } } : {}),
  };
  const run: Run = {
    id: text(),
    target: text(),
    priority: 'person',
    requestedBy: actor(),
    joinedBy: times(finding.others, actor),
    conversation: { channel: text() },
    createdAt: at(),
    state: finding.state,
    attempts: 2,
    startedAt: at(),
    endedAt: at(),
    waitingFor: times(finding.hops, text),
    progress: {
      step: 'looking',
      hosts: times(finding.hops, () => ({ host: text(), state: 'looking' as const, done: 3, asked: 9 })),
    },
    ...(has(7) ? { cancelRequestedBy: actor() } : {}),
    result: {
      verdict: finding.verdict,
      httpStatus: 502,
      probes: 9,
      cause: { id: text(), certainty: 'likely', host: text() },
    },
    interrupted: { reason: 'failed', says: text() },
    incident: text(),
    revision: 4,
  };
  const targets = times(finding.others, () => ({ name: text(), url: text(), hosts: [text()], last: run }));
  const overview: Overview = {
    incidents: times(finding.others, () => incident),
    running: times(finding.hops, () => run),
    waiting: times(finding.lines, () => run),
    targets,
    workersSilentMs: 400_000,
  };
  const answers: readonly Answer[] = [
    { kind: 'run-created', run },
    { kind: 'run-joined', run, link: text() },
    { kind: 'overview', overview },
    { kind: 'targets', targets },
    { kind: 'runs', runs: overview.running, target: text() },
    { kind: 'cancelling', run },
    { kind: 'run-over', run },
    {
      kind: 'timeline',
      incident,
      omitted: finding.others,
      events: times(finding.others, (index) => ({
        at: at(),
        actor: actor(),
        kind: KINDS[index % 4] ?? 'note',
        details: { run: text(), text: text(), [text()]: text() },
      })),
    },
    { kind: 'incident-changed', what: 'noted', incident, changed: has(1) },
    { kind: 'which-incident', incidents: overview.incidents, command: text() },
    { kind: 'no-incident' },
    {
      kind: 'lesson',
      lesson: {
        id: text(),
        title: text(),
        what: text(),
        confirm: times(finding.lines, () => ({ run: text(), see: text() })),
        mend: times(finding.links, () => ({ do: text(), run: text() })),
        prevent: times(finding.lines, text),
      },
    },
    {
      kind: 'not-understood',
      word: text(),
      expected: 'target',
      near: times(finding.lines, () => ({ label: text(), command: text() })),
      known: times(finding.others, text),
    },
    { kind: 'usage', command: text(), usage: text(), extra: text() },
    { kind: 'failed', reference: text() },
  ];
  return {
    view: {
      run,
      now: new Date(0),
      hasEvidence: has(0),
      ...(has(2) && has(3) ? {} : { diagnosis }),
      ...(has(4) ? { incident } : {}),
    },
    answers,
    overview,
    names: targets.map(({ name }) => name),
  };
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amqpGreeting } from '../../../src/probes/dependency/amqp-greeting.js';
import { parsePostgresActivity, postgresActivity } from '../../../src/probes/dependency/postgres-activity.js';
import { postgresReady } from '../../../src/probes/dependency/postgres-ready.js';
import { parseRabbitmqAlarms, rabbitmqAlarms } from '../../../src/probes/dependency/rabbitmq-alarms.js';
import { fixture, frame } from '../fixture.js';
import { outputOf, pathWith, runHere, SMALL_TOOLS } from '../support/run-here.js';

function lineOf(name: string, line: number): string | undefined {
  return fixture('dependency', name).split('\n')[line]?.trim();
}

describe('RabbitMQ 3.10', () => {
  test('greets with its name and version', () => {
    expect(amqpGreeting.parse(outputOf(fixture('dependency', 'amqp-greeting')))).toEqual({
      ok: true,
      facts: {
        outcome: 'ok',
        says: 'Connection.Start RabbitMQ 3.10.8',
        version: '3.10.8',
        via: 'python3',
        line: 2,
      },
    });
  });
  test('an alarm is cited; without one it runs and is calm', () => {
    expect(parseRabbitmqAlarms(outputOf(fixture('dependency', 'rabbitmq-alarm')))).toEqual({
      ok: true,
      facts: {
        present: true,
        running: true,
        alarms: [{ text: 'Memory alarm on node ggtest@localhost', line: 1 }],
        line: 1,
      },
    });
    expect(parseRabbitmqAlarms(outputOf(fixture('dependency', 'rabbitmq-calm')))).toEqual({
      ok: true,
      facts: { present: true, running: true, alarms: [], line: 1 },
    });
  });
  test.each([
    ['rabbitmq-node-down', /^\* epmd reports: node 'ggtest' not running at all$/],
    ['rabbitmq-app-stopped', /^Error: this command requires the 'rabbit' app to be running/],
  ])('%s: it is there and does not run', (name, cited) => {
    const parsed = parseRabbitmqAlarms(outputOf(fixture('dependency', name)));
    expect(parsed).toMatchObject({ ok: true, facts: { present: true, running: false, alarms: [] } });
    expect(parsed.ok && lineOf(name, parsed.facts.line)).toMatch(cited);
  });
  test('another cookie is a lack of permission, and tells nothing of the node', () => {
    expect(parseRabbitmqAlarms(outputOf(fixture('dependency', 'rabbitmq-cookie')))).toMatchObject({
      ok: false,
      reason: 'permission-denied',
    });
  });
  test('rabbitmqctl of 3.7 lists its alarms in a term', () => {
    const term = (alarms: string): string =>
      frame('rabbitmqctl status', `[{pid,1},\n {alarms,[${alarms}]},\n {x,1}]`);
    expect(parseRabbitmqAlarms(outputOf(term('memory,disk')))).toMatchObject({
      facts: { running: true, alarms: [{ text: '{alarms,[memory,disk]},', line: 2 }] },
    });
    expect(parseRabbitmqAlarms(outputOf(term('')))).toMatchObject({
      facts: { running: true, alarms: [], line: 2 },
    });
  });
  test('a host without it says so, and one without epmd is known to run none', () => {
    const absent = frame('absent', 'neither rabbitmq-diagnostics nor rabbitmqctl is installed');
    const down = frame('down', 'no epmd process: no RabbitMQ node runs on this host');
    expect(parseRabbitmqAlarms(outputOf(absent))).toMatchObject({ facts: { present: false, line: 1 } });
    expect(parseRabbitmqAlarms(outputOf(down))).toMatchObject({
      facts: { present: true, running: false, line: 1 },
    });
  });
  test('its snippet answers on any host, whatever is installed there', async () => {
    const output = await runHere(rabbitmqAlarms.command());
    expect(output.stdout).toMatch(/^F \d+ \d+ (?:absent|down|rabbitmq)/);
  }, 15_000);
  test('empty, cut or other text is not judged', () => {
    for (const text of [
      '',
      'bonjour',
      frame('rabbitmq-diagnostics -q alarms', ''),
      frame('rabbitmqctl status', '[]', 1),
    ])
      expect(parseRabbitmqAlarms(outputOf(text)).ok).toBe(false);
    const ended = outputOf('', { timedOut: true, exitCode: null });
    expect(parseRabbitmqAlarms(ended)).toMatchObject({ ok: false, reason: 'timeout' });
  });
});

describe('PostgreSQL 15', () => {
  const talk = (got: string): string => `via: python3\n* Connected to 127.0.0.1 port 5432\ngot: ${got}\n`;
  test.each([
    ['R\\x00\\x00\\x00\\x17\\x00\\x00\\x00\\nSCRAM-SHA-256\\x00\\x00', 'ok', 'asks to authenticate'],
    [
      'E\\x00\\x00\\x00USFATAL\\x00VFATAL\\x00C53300\\x00Msorry, too many clients already\\x00Fproc.c\\x00L357\\x00RInitProcess\\x00\\x00',
      'too-many',
      'FATAL 53300: sorry, too many clients already',
    ],
  ])('its recorded answer %s is %s', (got, outcome, says) => {
    expect(postgresReady.parse(outputOf(talk(got)))).toEqual({
      ok: true,
      facts: { outcome, says, via: 'python3', line: 2 },
    });
  });
  test('counts connections against their limit', () => {
    expect(parsePostgresActivity(outputOf('F 1 0 psql\ncount=1 max=6 reserved=2\n'))).toEqual({
      ok: true,
      facts: { present: true, count: 1, max: 6, reserved: 2, line: 1 },
    });
  });
  test.each([
    'psql: error: connection to server on socket "/run/postgresql/.s.PGSQL.5432" failed: FATAL:  sorry, too many clients already',
    'psql: error: connection to server on socket "/run/postgresql/.s.PGSQL.5432" failed: No such file or directory\n\tIs the server running locally and accepting connections on that socket?',
  ])('a refusal is kept in its words: %s', (text) => {
    expect(parsePostgresActivity(outputOf(frame('psql', text, 2)))).toEqual({
      ok: true,
      facts: { present: true, line: 1, refusal: text.split('\n')[0] },
    });
  });
  test('no right to become postgres is no fact about PostgreSQL', () => {
    const text = 'sudo: a password is required';
    expect(parsePostgresActivity(outputOf(frame('psql', text, 1)))).toMatchObject({
      ok: false,
      reason: 'permission-denied',
    });
  });
  test('a host without it says so', async () => {
    const bare = pathWith(SMALL_TOOLS);
    const output = await runHere(postgresActivity.command(), { path: bare.path });
    bare.remove();
    expect(parsePostgresActivity(output)).toMatchObject({ ok: true, facts: { present: false } });
  });
});

test('no output makes a parser throw, and its line lies within the output', () => {
  const pieces = fc.constantFrom(
    'Memory alarm on node x',
    '{alarms,[a',
    'FATAL: ',
    'count=1 max=2 reserved=3',
    'nodedown',
    '\n',
  );
  const noise = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(noise, fc.nat(255), (text, exitCode) => {
      const stdout = frame('psql', text, exitCode);
      for (const parse of [parseRabbitmqAlarms, parsePostgresActivity]) {
        parse(outputOf(text));
        const parsed = parse(outputOf(stdout));
        if (parsed.ok) expect(parsed.facts.line).toBeLessThan(stdout.split('\n').length);
      }
    }),
  );
});

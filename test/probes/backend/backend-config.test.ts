import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BackendConfigParams, backendConfig } from '../../../src/probes/backend/backend-config.js';
import { readDependencies } from '../../../src/probes/backend/read-dependencies.js';
import { maskSecrets } from '../../../src/probes/mask-secrets.js';
import { outputOf, runHere } from '../support/run-here.js';

const folder = mkdtempSync(join(tmpdir(), 'goodgate-config-'));
const node = join(folder, 'node');

beforeAll(() => {
  chmodSync(folder, 0o755);
  mkdirSync(node);
  // The shape of OnlyOffice's own files: both brokers described, one used; local.json overrides.
  writeFileSync(
    join(node, 'default.json'),
    `{
  "queue": { "type": "rabbitmq" },
  "rabbitmq": { "url": "amqp://guest:guest@localhost:5672" },
  "activemqueue": { "connectOptions": { "port": 5673, "host": "localhost" } },
  "services": { "CoAuthoring": {
    "server": { "port": 8000 },
    "redis": { "host": "127.0.0.1", "port": 6379 },
    "sql": { "type": "postgres", "dbHost": "localhost", "dbPort": 5432, "dbPass": "onlyoffice" },
    "secret": { "inbox": { "string": "verysecretstring" } }
  } },
  "storage": { "fs": { "folderPath": "/var/lib/onlyoffice/documentserver/App_Data" } }
}
`,
  );
  writeFileSync(
    join(node, 'local.json'),
    `// JSON5, as node-config allows
{ services: { CoAuthoring: {
    sql: { dbHost: 'db.internal', dbPass: 'T0p/secret@x' },
    redis: { port: 6380 },
} } }
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function look(more: Partial<BackendConfigParams>, shell?: readonly string[]) {
  const command = backendConfig.command({ label: 'docservice', environment: {}, files: [], ...more });
  const raw = await runHere(command, shell === undefined ? {} : { shell });
  // A check masks secrets before it reads.
  const output = { ...raw, stdout: maskSecrets(raw.stdout, 'k') };
  const parsed = backendConfig.parse(output);
  if (!parsed.ok) throw new Error(`${parsed.says} ${raw.stderr}`);
  return { facts: parsed.facts, reading: readDependencies(parsed.facts), lines: output.stdout.split('\n') };
}

describe.each([[['/bin/dash']], [['/bin/bash', '--posix']], [['/bin/busybox', 'sh']]])('with %s', (shell) => {
  test('a later file wins, and what is needed is cited on a line that is there', async () => {
    const { reading, lines } = await look({ environment: { NODE_CONFIG_DIR: node } }, shell);
    expect(reading.dependencies.map(({ kind, host, port }) => `${kind} ${host}:${port}`).sort()).toEqual([
      'postgres db.internal:5432',
      'rabbitmq localhost:5672',
      'redis 127.0.0.1:6380',
    ]);
    const redis = reading.dependencies.find(({ kind }) => kind === 'redis');
    expect(lines[redis?.line ?? -1]).toContain('6380');
    expect(reading.listens).toContainEqual(expect.objectContaining({ port: 8000 }));
    expect(reading.storage).toContain('/var/lib/onlyoffice/documentserver/App_Data');
    expect(reading.problems).toEqual([]);
    for (const secret of ['verysecretstring', 'T0p/secret', 'guest:guest'])
      expect(lines.join('\n')).not.toContain(secret);
  });
});

test('a file that does not parse names its line', async () => {
  const broken = join(folder, 'broken');
  mkdirSync(broken);
  writeFileSync(join(broken, 'local.json'), '{\n  "services": {\n    "port": 8000 "x"\n  }\n}\n');
  const { reading, lines } = await look({ environment: { NODE_CONFIG_DIR: broken } });
  expect(reading.problems).toMatchObject([{ kind: 'parse', path: join(broken, 'local.json') }]);
  expect(lines[reading.problems[0]?.line ?? -1]).toContain('"port": 8000 "x"');
});

test("a file that the program's own user may not read is told by trying", async () => {
  const closed = join(folder, 'closed');
  mkdirSync(closed);
  writeFileSync(join(closed, 'local.json'), '{"a": 1}', { mode: 0o640 });
  chmodSync(join(closed, 'local.json'), 0o640);
  const denied = await look({ environment: { NODE_CONFIG_DIR: closed }, user: 'nobody' });
  expect(denied.facts.files[0]).toMatchObject({ mode: '640', owner: 'root', readableByUser: false });
  expect(denied.reading.problems).toMatchObject([{ kind: 'unreadable' }]);
  chmodSync(join(closed, 'local.json'), 0o644);
  const open = await look({ environment: { NODE_CONFIG_DIR: closed }, user: 'nobody' });
  expect(open.facts.files[0]).toMatchObject({ readableByUser: true });
  const unknown = await look({ environment: { NODE_CONFIG_DIR: closed }, user: 'no-such-user' });
  expect(unknown.facts.files[0]?.readableByUser).toBeUndefined();
});

test.each([
  ['.env', 'REDIS_URL=redis://:pw@10.0.0.5:6390/0\nPORT=8000\n', 'redis 10.0.0.5:6390'],
  ['config.yaml', 'database:\n  host: db.example.test\n  port: 5433\n', 'postgres db.example.test:5433'],
  [
    'application.properties',
    'spring.datasource.url=jdbc:mysql://db.example.test:3307/app\n',
    'mysql db.example.test:3307',
  ],
  ['config.json', '{"amqp": {"hostname": "mq", "port": 5673}}', 'rabbitmq mq:5673'],
])('%s in the folder of the program is read', async (name, text, expected) => {
  const directory = mkdtempSync(join(folder, 'app-'));
  writeFileSync(join(directory, name), text);
  const { reading } = await look({ directory, command: 'app' });
  expect(reading.dependencies.map(({ kind, host, port }) => `${kind} ${host}:${port}`)).toEqual([expected]);
});

test.each([
  ['may not be read', process.pid, { uid: 65_534 }],
  ['is gone with its process', 4_194_303, {}],
])(
  'where the environment of a process %s, what its manager says of it stands',
  async (_why, pid, options) => {
    const command = backendConfig.command({
      label: 'unit',
      pid,
      environment: { REDIS_HOST: '127.0.0.1', REDIS_PORT: '6390' },
      files: [],
    });
    const parsed = backendConfig.parse(await runHere(command, options));
    if (!parsed.ok) throw new Error(parsed.says);
    expect(readDependencies(parsed.facts).dependencies).toEqual([
      expect.objectContaining({ kind: 'redis', host: '127.0.0.1', port: 6390 }),
    ]);
  },
);

test('a program without any file of its own needs nothing that is known', async () => {
  const { facts, reading } = await look({ command: '/usr/bin/true' });
  expect(facts.files).toEqual([]);
  expect(reading).toMatchObject({ dependencies: [], listens: [], problems: [] });
});

test('cut, foreign and hostile output never throws', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('{', '"host": "', 'redis', '://', '@', ':1', 'a: &a [*a]', '[', '"__proto__": {"x": 1}'),
  );
  fc.assert(
    fc.property(
      fc.array(text),
      fc.constantFrom('.json', '.yaml', '.env', '.properties', '.py'),
      (pieces, ending) => {
        backendConfig.parse(outputOf(pieces.join('\n')));
        const lines = pieces
          .join('')
          .split('\n')
          .map((line, index) => ({ text: line, line: index }));
        readDependencies({
          files: [
            { path: `/x/a${ending}`, mode: '644', owner: 'a', group: 'a', mtimeEpoch: 1, lines, line: 0 },
          ],
          environment: [],
        });
      },
    ),
  );
});

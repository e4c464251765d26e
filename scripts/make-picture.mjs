// Draws docs/images/check.png: what `goodgate check` prints for a broken service, in a terminal window. The check is a
// real one, of the playground's world. Needs chromium and pngquant:
// `node scripts/set-up.mjs demo && node scripts/make-picture.mjs [LAYOUT [FAULT [SEED]]]`
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ansiToHtml } from './picture/ansi-to-html.mjs';
import { terminalPage } from './picture/terminal-page.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PICTURE = join(ROOT, 'docs', 'images', 'check.png');
const [layout = 'onlyoffice', faultName = 'redis-down', seed = '7'] = process.argv.slice(2);

const { startWorld } = await import('../dist/playground/world/world.js');
const { faults } = await import('../dist/playground/faults/registry.js');
const fault = faults.find(({ name }) => name === faultName);
if (fault === undefined) throw new Error(`There is no fault ${faultName}.`);

const world = await startWorld({ layout, seed: Number(seed) });
const work = mkdtempSync(join(tmpdir(), 'goodgate-picture-'));
try {
  await fault.break(world);
  const words = ['check', world.names.target];
  const printed = await checkOf(world.folder, words);
  if (!printed.includes(fault.cause)) throw new Error(`The check did not name ${fault.cause}:\n${printed}`);
  const page = terminalPage(`goodgate ${words.join(' ')}`, ansiToHtml(shortened(printed)));
  const file = join(work, 'page.html');
  writeFileSync(file, page.html);
  mkdirSync(dirname(PICTURE), { recursive: true });
  photograph(file, page);
  process.stdout.write(`${PICTURE}\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
  await world.stop();
}
process.exit();

function checkOf(cwd, words) {
  const env = { ...process.env, FORCE_COLOR: '1', COLUMNS: '100', LANG: 'C.UTF-8' };
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'goodgate.js'), ...words], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return new Promise((resolve) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    child.on('close', () => resolve(text));
  });
}

/** The beginning: up to what was ruled out, which is long and the same for every fault. */
function shortened(text) {
  const lines = text.trimEnd().split('\n');
  const end = lines.findIndex((line) => /Ruled out|Recent failures/u.test(line));
  return lines
    .slice(0, end < 0 ? undefined : end)
    .join('\n')
    .trimEnd();
}

function photograph(file, { width, height }) {
  const argv = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--no-first-run',
    '--hide-scrollbars',
    '--force-device-scale-factor=1.5',
    `--user-data-dir=${join(work, 'profile')}`,
    `--window-size=${width},${height}`,
    `--screenshot=${PICTURE}`,
    `file://${file}`,
  ];
  run('chromium', argv);
  run('pngquant', ['--force', '--nofs', '--ext', '.png', '--strip', '32', PICTURE]);
}

function run(program, argv) {
  const { status, error, stderr } = spawnSync(program, argv, { encoding: 'utf8', timeout: 60_000 });
  if (status !== 0)
    throw new Error(`${program} failed: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
}

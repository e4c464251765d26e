// `npm run check`: every step runs, also after one has failed, and what failed is shown in full.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const STEPS = ['format:check', 'lint', 'types', 'imports', 'unused', 'playbooks'];
const root = fileURLToPath(new URL('../', import.meta.url));

const ready = spawnSync(process.execPath, ['scripts/set-up.mjs', 'build'], { cwd: root, stdio: 'inherit' });
const failed = STEPS.filter((step) => !passes(step));
if (ready.status !== 0) {
  failed.push('build');
}
const all = STEPS.length + 1;
mkdirSync(`${root}/.cache`, { recursive: true });
writeFileSync(
  `${root}/.cache/check.json`,
  JSON.stringify({ passed: all - failed.length, failed: failed.length }),
);
process.stdout.write(
  failed.length === 0 ? `check: all ${all} steps passed\n` : `check: failed: ${failed.join(', ')}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

function passes(step) {
  const started = Date.now();
  const result = spawnSync('npm', ['run', '--silent', step], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${result.status === 0 ? 'ok    ' : 'FAILED'}  ${step} (${seconds} s)\n`);
  if (result.status !== 0) {
    process.stdout.write(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}\n`);
  }
  return result.status === 0;
}

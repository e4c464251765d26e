import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { PURPOSES } from './programs.mjs';
import { ensurePrograms } from './system-packages.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Returns the exit status: 0 done, 2 a person has to do something first, 1 a step failed. */
export async function setUp(purpose, options) {
  if (!Object.hasOwn(PURPOSES, purpose ?? '')) {
    process.stderr.write(
      `Expected one of ${Object.keys(PURPOSES).join(', ')}; got ${purpose ?? 'nothing'}.\n`,
    );
    return 2;
  }
  // The quickest refusal first: what a person must install is told before anything is downloaded.
  return (
    ensurePrograms(purpose) ||
    ensureDependencies(ROOT) ||
    ensureBuilt(ROOT, { force: options.includes('--force'), quiet: options.includes('--quiet') })
  );
}

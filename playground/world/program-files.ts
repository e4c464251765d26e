import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * The folder with the compiled stand-ins (docservice.js and its like). Run from dist/ that is the folder beside this
 * file; run from the sources (tests) it is the one in dist/, which is built first when it is missing or older.
 */
export async function compiledPrograms(): Promise<string> {
  const beside = join(here, 'app');
  if (existsSync(join(beside, 'docservice.js'))) return beside;
  const root = dirname(dirname(here));
  const built = join(root, 'dist', 'playground', 'world', 'app');
  if (newest(beside, '.ts') > newest(built, '.js')) await build(root, beside, built);
  return built;
}

/** Only the stand-ins are compiled here: they import nothing from elsewhere. */
async function build(root: string, sources: string, target: string): Promise<void> {
  const files = readdirSync(sources).map((name) => join(sources, name));
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['--ignoreConfig', '--outDir', target, '--rootDir', sources, '--target', 'es2023'];
  const rest = ['--module', 'nodenext', '--types', 'node', '--skipLibCheck'];
  await promisify(execFile)(process.execPath, [compiler, ...options, ...rest, ...files], { cwd: root });
}

function newest(folder: string, ending: string): number {
  if (!existsSync(folder)) return 0;
  const files = readdirSync(folder).filter((name) => name.endsWith(ending));
  return Math.max(0, ...files.map((name) => statSync(`${folder}${sep}${name}`).mtimeMs));
}

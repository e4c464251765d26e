import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that the program lives in, with playbooks/ and package.json; from src/ as from dist/. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Error('package.json of goodgate is missing; install goodgate anew');
    }
    folder = parent;
  }
  return folder;
}

export function packageVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : '';
}

export function playbookFolder(): string {
  return join(packageRoot(), 'playbooks');
}

export function causesFolder(): string {
  return join(packageRoot(), 'playbooks', 'causes');
}

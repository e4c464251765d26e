import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isSettings, type Settings } from './layered-json.js';

/**
 * The traits of this build of the program, from `config` in the package.json beside it. A release that hangs or that
 * answers nonsense is a release with other traits; its settings files look the same.
 */
export function readBehaviour(): Settings {
  const file = join(dirname(fileURLToPath(import.meta.url)), 'package.json');
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const config = isSettings(value) ? value['config'] : undefined;
    return isSettings(config) ? config : {};
  } catch {
    return {};
  }
}

import type { Composition } from './composition.js';
import type { ExitCode } from './exit-code.js';
import { EXIT } from './exit-code.js';
import type { Io } from './io.js';
import type { FormatOptions, TargetOptions } from './options.js';

export async function runDoctor(
  _name: string | undefined,
  _options: TargetOptions & FormatOptions,
  _io: Io,
  _composition: Composition,
): Promise<ExitCode> {
  return EXIT.ok;
}

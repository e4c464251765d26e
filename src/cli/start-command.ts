import { existsSync } from 'node:fs';
import { problem } from '../config/config.js';
import { configCandidates, loadConfig } from '../config/load-config.js';
import { readEnvironment } from '../start/environment.js';
import type { ExitCode } from './exit-code.js';
import type { Io } from './io.js';
import { readAllPlaybooks } from './known-playbooks.js';
import type { StartOptions } from './options.js';
import { refuse } from './refuse.js';

/** `goodgate start`: runs until it is told to stop. What is missing is said at once, all of it, and nothing is started. */
export async function runStart(options: StartOptions, io: Io): Promise<ExitCode> {
  const search = { env: io.env, cwd: io.cwd, home: io.home };
  const candidates = configCandidates(
    options.config === undefined ? search : { ...search, option: options.config },
  );
  const isNowhere = candidates.every(({ file, named }) => named === undefined && !existsSync(file));
  const config = isNowhere
    ? noFile(candidates.map(({ file }) => file))
    : loadConfig(options.config === undefined ? search : { ...search, option: options.config });
  const environment = readEnvironment(io.env, options.role);
  const problems = [...(config.ok ? [] : config.problems), ...(environment.ok ? [] : environment.problems)];
  if (!config.ok || !environment.ok) return refuse(io, problems);
  if (config.value.targets.size === 0) {
    return refuse(io, [
      {
        file: config.value.file,
        message: 'there are no targets: nothing could be checked',
        suggestion: 'see goodgate.example.yaml',
      },
    ]);
  }
  const playbooks = readAllPlaybooks(config.value.playbookFolders);
  if (!playbooks.ok) return refuse(io, playbooks.problems);
  // What is missing is said at once; the service itself takes a moment to load.
  const { startService } = await import('../start/start-service.js');
  return startService({
    config: config.value,
    environment: environment.value,
    role: options.role,
    playbooks: playbooks.value,
    io,
  });
}

function noFile(places: readonly string[]) {
  return problem(
    `there is no goodgate.yaml; looked at ${places.join(', ')}`,
    'copy goodgate.example.yaml, and name your hosts and targets in it',
  );
}

import { loadConfig } from '../config/load-config.js';
import { renderManifest } from '../start/slack-manifest.js';
import { EXIT, type ExitCode } from './exit-code.js';
import type { Io } from './io.js';
import type { ManifestOptions } from './options.js';
import { refuse } from './refuse.js';

/** `goodgate slack-manifest`: the Slack app, to be pasted at https://api.slack.com/apps?new_app=1. */
export function runSlackManifest(options: ManifestOptions, io: Io): ExitCode {
  const search = { env: io.env, cwd: io.cwd, home: io.home };
  const config = loadConfig(options.config === undefined ? search : { ...search, option: options.config });
  // The manifest is wanted before anything is configured.
  if (!config.ok && options.config !== undefined) return refuse(io, config.problems);
  const command = options.command ?? (config.ok ? config.value.slack.command : '/502');
  if (!/^\/[a-z0-9_-]{1,31}$/u.test(command)) {
    return refuse(io, [{ message: '--command: expected a slash command such as /502' }]);
  }
  if (options.url !== undefined && !isBase(options.url)) {
    return refuse(io, [
      {
        message:
          '--url: expected the https:// address at which Slack reaches goodgate start, without ? and #',
      },
    ]);
  }
  const configured = config.ok ? config.value.service.publicUrl : undefined;
  const url = options.url ?? (configured !== undefined && isBase(configured) ? configured : undefined);
  const publicUrl = url?.replace(/\/+$/u, '');
  io.stdout.write(
    renderManifest({ command, ...(publicUrl === undefined ? {} : { publicUrl }) }, options.format),
  );
  return EXIT.ok;
}

/** A path is put behind it: it can have neither query nor fragment, not even empty ones. */
function isBase(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === 'https:' && !/[?#]/u.test(url);
}

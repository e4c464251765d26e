import type { Missing, Parsed, ProbeOutput } from '../../domain/evidence.js';
import type { ProbeKind } from '../probe-kind.js';
import { pathParam } from '../probe-params.js';
import { NGINX_DUMP_SHELL, TEST_SECONDS } from './nginx-dump-snippet.js';
import { type NginxTest, parseNginxTest } from './nginx-test.js';

export interface NginxDump {
  /** Id of the container that the master runs in, where docker or podman can enter it. */
  readonly container?: string | undefined;
  /** The running master whose binary and options were used; null where none runs. */
  readonly masterPid: number | null;
  readonly argv: readonly string[];
  readonly exitCode: number;
  /** What nginx -T printed, without its messages; empty where the test failed (nginx then prints none). */
  readonly dump: string;
  /** Line of `dump`'s first line within stdout: line N of the dump is stdout's `dumpFirstLine + N`. */
  readonly dumpFirstLine: number;
  readonly test: NginxTest;
  /** It could not be asked: may not be read or run by this user, hangs, or says nothing that nginx would say. */
  readonly denied: boolean;
  /** The first line that it printed beside the configuration. */
  readonly says: string;
  /** Set where `dump` is no output of nginx's, but the files themselves: nginx -T was denied, or found them invalid. */
  readonly files?: ConfigFilesRead;
}

export interface ConfigFilesRead {
  /** Files, or patterns of files, that are included and that this user may not read. */
  readonly unread: readonly string[];
  /** A bound was reached: there may be more files than these. */
  readonly more: boolean;
}

export interface NginxDumpFacts {
  readonly nginxInstalled: boolean;
  readonly dumps: readonly NginxDump[];
  /** Masters that run beside those that were asked. */
  readonly leftOut: number;
  /** The configuration was longer than the cap. */
  readonly truncated: boolean;
}

/** The configuration as every running nginx would read it now, and whether it passes nginx's own test. */
export const nginxDump: ProbeKind<{ readonly configFile?: string }, NginxDumpFacts> = {
  kind: 'nginx.dump',
  command({ configFile }) {
    return {
      id: 'nginx.dump',
      kind: 'nginx.dump',
      argv: [
        'sh',
        '-c',
        NGINX_DUMP_SHELL,
        'goodgate',
        ...(configFile === undefined ? [] : [pathParam('nginx.dump', 'configFile', configFile)]),
      ],
      // Names of upstreams are resolved while nginx tests; a dead name server costs its time-outs.
      timeoutMs: 15_000,
      capBytes: 2 * 1024 * 1024,
      privileged: true,
    };
  },
  parse: parseNginxDump,
};

/**
 *     @goodgate dump 812 0 2 31
 *     /usr/sbin/nginx
 *     -T
 *     nginx: the configuration file /etc/nginx/nginx.conf syntax is ok
 *     nginx: configuration file /etc/nginx/nginx.conf test is successful
 *     # configuration file /etc/nginx/nginx.conf:
 *     …
 *     @goodgate files 812 1 0 12          where nginx was denied: see config-files-snippet.ts
 *     /etc/nginx/snippets/secret.conf
 *     # configuration file /etc/nginx/nginx.conf:
 *     …
 *     @goodgate end
 */
function parseNginxDump(output: ProbeOutput): Parsed<NginxDumpFacts> {
  const lines = output.stdout.split('\n');
  const dumps: NginxDump[] = [];
  let at = 0;
  let complete = false;
  let leftOut = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line === '@goodgate end') complete = true;
    leftOut = Number(/^@goodgate left-out (\d{1,6})$/.exec(line)?.[1] ?? leftOut);
    const files = /^@goodgate files (-|\d{1,10}) (\d{1,4}) ([01]) {1,8}(\d{1,8})$/.exec(line);
    if (files !== null) {
      const from = at + 1 + Number(files[2]);
      const to = from + Number(files[4]);
      const last = dumps.pop();
      const more = files[3] === '1' || (to > lines.length && !complete);
      if (last) dumps.push(withFiles(last, lines.slice(at + 1, from), more, lines.slice(from, to), from));
      at = to;
      continue;
    }
    const frame = /^@goodgate dump (-|\d{1,10}) (\d{1,3}) (\d{1,2}) {1,8}(\d{1,8})$/.exec(line);
    if (frame === null) {
      if (/^@goodgate (?:dump|files) /.test(line)) break;
      at += 1;
      continue;
    }
    const argc = Number(frame[3]);
    const from = at + 1 + argc;
    const to = from + Number(frame[4]);
    const argv = lines.slice(at + 1, from).map((word) => word.trimEnd());
    dumps.push(readDump(frame[1] ?? '-', Number(frame[2]), argv, lines.slice(from, to), from));
    at = to;
  }
  if (dumps.length === 0 && !complete) {
    if (output.timedOut) return { ok: false, reason: 'timeout', says: 'nginx -T did not end in time' };
    if (output.truncated) return { ok: false, reason: 'truncated', says: 'nginx -T wrote more than 2 MiB' };
    return { ok: false, reason: 'unparseable', says: 'the output is not that of nginx -T' };
  }
  const nginxInstalled = dumps.some((dump) => ![126, 127].includes(dump.exitCode) || dump.masterPid !== null);
  const missing = whyNoConfiguration(dumps);
  const facts = { nginxInstalled, dumps, leftOut, truncated: output.truncated || !complete };
  return { ok: true, facts, ...(missing ? { missing } : {}) };
}

/** An nginx that runs, and a configuration that could not be read or tested: the first is a fact, the second is missing. */
function whyNoConfiguration(dumps: readonly NginxDump[]): Missing | undefined {
  const untested = dumps.find(({ files, denied }) => denied && files !== undefined);
  if (dumps.length === 0 || (untested === undefined && dumps.some(({ dump }) => dump !== ''))) {
    const refused = dumps.find((one) => refusalOf(one) !== undefined);
    return refused && whyUntested(refused);
  }
  const denied = untested ?? dumps.find((one) => one.denied);
  if (denied !== undefined) {
    const { reason, says } = whyUntested(denied);
    return {
      reason,
      says: `${says}${whatWasRead(denied)}`,
      ...(denied.files !== undefined && denied.dump !== '' ? { about: 'nginx.test' } : {}),
    };
  }
  const absent = dumps.find(({ exitCode }) => exitCode === 127);
  return absent && { reason: 'command-not-found', says: `${absent.argv[0] ?? 'nginx'}: not found` };
}

/** Why it was not asked at all: the probe's own sentence. */
function refusalOf({ exitCode, says }: NginxDump): string | undefined {
  return exitCode === 126 ? /^goodgate: Permission denied: (.+)$/.exec(says)?.[1] : undefined;
}

function whyUntested(dump: NginxDump): Missing {
  const { exitCode, test, says } = dump;
  const refusal = refusalOf(dump);
  if (refusal !== undefined) return { reason: 'permission-denied', says: `nginx -T: ${refusal}` };
  const path = test.deniedPaths[0];
  if (path !== undefined || exitCode === 126 || /ermission denied/.test(says)) {
    const what = path === undefined || path === '' ? 'its configuration' : path;
    return { reason: 'permission-denied', says: `nginx -T: this account may not open ${what}` };
  }
  switch (exitCode) {
    case 0:
      return { reason: 'unparseable', says: 'nginx -T printed no configuration' };
    case 124:
    case 137:
    case 143:
      return { reason: 'timeout', says: `nginx -T did not end within ${TEST_SECONDS} s` };
    case 141:
      return { reason: 'truncated', says: 'nginx -T printed more than a configuration can be' };
    default:
      return { reason: 'failed', says: `nginx -T ended with status ${exitCode}: ${says}` };
  }
}

function whatWasRead({ files, dump }: NginxDump): string {
  if (files === undefined) return '';
  const { unread, more } = files;
  const names =
    unread.length > 3 ? `${unread.slice(0, 3).join(', ')} and ${unread.length - 3} more` : unread.join(', ');
  return [
    dump === ''
      ? ''
      : '; the configuration files were read instead, so whether they pass nginx -t is not known',
    unread.length === 0 ? '' : `; it may not read ${names}`,
    more ? '; not all files were read' : '',
  ].join('');
}

function readDump(
  pid: string,
  exitCode: number,
  argv: readonly string[],
  text: readonly string[],
  firstLine: number,
): NginxDump {
  const begin = text.findIndex((line) => /^# configuration file .+:$/.test(line));
  const messages = begin < 0 ? text : text.slice(0, begin);
  const test = parseNginxTest(messages, exitCode, firstLine);
  // It was tested where nginx says so: where it names what is wrong, or prints what is right. All else is no verdict;
  // an error log that may not be opened is only an alert, and what else is wrong then was found in the configuration.
  const faulty = test.errors.some(({ level }) => level === 'emerg' || level === 'crit');
  const tested = exitCode === 0 ? begin >= 0 : faulty || messages.some((line) => FAILED.test(line));
  const denied = (!tested && exitCode !== 127) || (exitCode !== 0 && test.deniedPaths.length > 0);
  const [engine, word, id = ''] = argv;
  const entered = /^(?:docker|podman)$/.test(engine ?? '') && word === 'exec' && /^[0-9a-f]{64}$/.test(id);
  return {
    ...(entered ? { container: id } : {}),
    masterPid: pid === '-' ? null : Number(pid),
    argv,
    exitCode,
    dump: begin < 0 ? '' : text.slice(begin).join('\n'),
    dumpFirstLine: firstLine + Math.max(begin, 0),
    test,
    denied,
    says: (messages.find((line) => line.trim() !== '') ?? '').slice(0, 200),
  };
}

const FAILED = /^nginx: configuration file .* test failed$/;

/** The files, where nginx printed none: it says what is wrong with them, and they where requests would go. */
function withFiles(
  dump: NginxDump,
  unread: readonly string[],
  more: boolean,
  text: readonly string[],
  firstLine: number,
): NginxDump {
  if (dump.dump !== '') return dump;
  return { ...dump, dump: text.join('\n').trimEnd(), dumpFirstLine: firstLine, files: { unread, more } };
}

import { type Checked, DEFAULT_CONNECT_TIMEOUT_MS, type Language, problem } from '../config/config.js';
import { withWayOptions } from '../config/config-from-arguments.js';
import { loadConfig } from '../config/load-config.js';
import type { Target, TargetHost } from '../domain/target.js';
import { type DoctorSection, renderDoctor } from '../render/doctor.js';
import { jsonText } from '../render/json.js';
import { terminalOf } from '../render/terminal.js';
import { type Texts, texts } from '../render/texts.js';
import { chooseTarget, wayOptions } from './choose-target.js';
import type { Composition } from './composition.js';
import { askOutside, type OutsideView } from './doctor/ask-outside.js';
import { describeWay } from './doctor/describe-way.js';
import { type Examination, examineHost } from './doctor/examine-host.js';
import { examineService, type ServiceSection } from './doctor/examine-service.js';
import { type DoctorLine, failedStep, judgeExamination, STEPS } from './doctor/judge-examination.js';
import { EXIT, type ExitCode } from './exit-code.js';
import type { Io } from './io.js';
import { languageOf } from './language.js';
import type { FormatOptions, TargetOptions } from './options.js';
import { refuse } from './refuse.js';

interface Patients {
  readonly hosts: readonly TargetHost[];
  readonly urls: readonly { readonly target: string; readonly url: string }[];
  readonly connectTimeoutMs: number;
  readonly language?: Language;
}

/** `goodgate doctor`: what is missing on the way to every host, and for the service where its variables are set. */
export async function runDoctor(
  name: string | undefined,
  options: TargetOptions & FormatOptions,
  io: Io,
  composition: Composition,
): Promise<ExitCode> {
  const patients = choosePatients(name, options, io);
  if (!patients.ok) {
    return refuse(io, patients.problems);
  }
  const { hosts, urls, connectTimeoutMs, language } = patients.value;
  const lang = languageOf([options.lang, language], io.env);
  const runner = await composition.hostRunner();
  const limits = { connectTimeoutMs, signal: io.signal };
  const [seen, outside, service] = await Promise.all([
    Promise.all(
      hosts.map(async ({ host, roles }) => ({ seen: await examineHost(host, runner, limits), roles })),
    ),
    Promise.all(
      urls.map(async (one) => ({ ...one, view: await askOutside(one.url, connectTimeoutMs, io.signal) })),
    ),
    examineService(io.env, { timeoutMs: connectTimeoutMs, signal: io.signal, lang }),
  ]);
  if (io.signal.aborted) {
    return EXIT.interrupted;
  }
  const judged = seen.map((one) => ({ seen: one.seen, lines: judgeExamination(one.seen, one.roles, lang) }));
  const words = texts[lang].doctor;
  const asked = outside.map((one) => ({ ...one, line: outsideLine(one.view, words) }));
  io.stdout.write(
    options.format === 'json'
      ? doctorJson(judged, asked, service)
      : renderDoctor([...sectionsOf(judged, asked, words), ...service], {
          lang,
          terminal: terminalOf(io.stdout, io.env),
        }),
  );
  const allLines = [
    ...[...judged, ...service].flatMap(({ lines }) => lines),
    ...asked.map(({ line }) => line),
  ];
  if (seen.every((one) => one.seen.state === 'not-reached')) {
    return EXIT.unreachable;
  }
  return allLines.some(({ state }) => state === 'problem') ? EXIT.fault : EXIT.ok;
}

function choosePatients(name: string | undefined, options: TargetOptions, io: Io): Checked<Patients> {
  const given = options.url !== undefined || options.host !== undefined || options.local === true;
  if (name !== undefined || given) {
    const chosen = chooseTarget(name, options, io);
    return chosen.ok ? { ok: true, value: { ...chosen.value, ...ofTargets([chosen.value.target]) } } : chosen;
  }
  const config = loadConfig({ ...io, ...(options.config === undefined ? {} : { option: options.config }) });
  if (!config.ok) {
    return config;
  }
  const { hosts, targets, connectTimeoutMs, language } = config.value;
  if (hosts.size === 0) {
    return problem(`${config.value.file} names no host`, 'add one under "hosts"');
  }
  const named = ofTargets([...targets.values()].map(({ target }) => target));
  const rolesOf = new Map(named.hosts.map(({ host, roles }) => [host.alias, roles]));
  const all = [...hosts.values()].map((host) => ({ host, roles: rolesOf.get(host.alias) ?? [] }));
  // The options are laid over hosts by way of a target: here one that holds them all.
  const laid = withWayOptions({ name: '', url: '', hosts: all, variables: {} }, wayOptions(options), io);
  if (!laid.ok) {
    return laid;
  }
  return {
    ok: true,
    value: {
      hosts: laid.value.hosts,
      urls: named.urls,
      connectTimeoutMs: options.timeout ?? connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
      ...(language === undefined ? {} : { language }),
    },
  };
}

function ofTargets(targets: readonly Target[]): Pick<Patients, 'hosts' | 'urls'> {
  return {
    hosts: targets.flatMap(({ hosts }) => hosts),
    urls: targets.map(({ name, url }) => ({ target: name, url })),
  };
}

function outsideLine(view: OutsideView, words: Texts['doctor']): DoctorLine {
  return view.answered
    ? { state: 'ok', about: 'outside', says: words.outsideAnswer(view.status) }
    : { state: 'problem', about: 'outside', says: view.says };
}

interface Judged {
  readonly seen: Examination;
  readonly lines: readonly DoctorLine[];
}

interface Asked {
  readonly target: string;
  readonly url: string;
  readonly line: DoctorLine;
}

function sectionsOf(
  judged: readonly Judged[],
  asked: readonly Asked[],
  words: Texts['doctor'],
): DoctorSection[] {
  return [
    ...judged.map(({ seen, lines }) => ({
      title: seen.host.alias,
      about: describeWay(seen.host.transport, words),
      lines,
      ...(seen.state === 'not-reached' && seen.host.transport.kind !== 'local'
        ? { steps: stepsOf(seen, words) }
        : {}),
    })),
    ...asked.map(({ target, url, line }) => ({
      title: target,
      about: `${url} ${words.outside}`,
      lines: [line],
    })),
  ];
}

function stepsOf(seen: Extract<Examination, { state: 'not-reached' }>, words: Texts['doctor']) {
  const lost = STEPS.indexOf(failedStep(seen.failure.reason));
  return STEPS.map((step, index) => ({
    step: words.steps[step],
    state: index < lost ? ('ok' as const) : index === lost ? ('broken' as const) : ('unknown' as const),
  }));
}

function doctorJson(
  judged: readonly Judged[],
  asked: readonly Asked[],
  service: readonly ServiceSection[],
): string {
  const hosts = judged.map(({ seen, lines }) => ({
    host: seen.host.alias,
    reached: seen.state === 'reached',
    ...(seen.state === 'reached'
      ? { user: seen.user, root: seen.root, sudo: seen.sudo }
      : { reason: seen.failure.reason }),
    findings: lines,
  }));
  const outside = asked.map(({ target, url, line }) => ({ target, url, ...line }));
  const parts = service.map(({ title, about, lines }) => ({ part: title, about, findings: lines }));
  return jsonText({ schema: 1, hosts, outside, ...(parts.length === 0 ? {} : { service: parts }) });
}

/** Findings and a scene become a diagnosis: verdict, root causes with their chains, what was ruled out. Pure. */
import type { CheckRecord } from '../domain/check-record.js';
import { OUTSIDE } from '../domain/check-record.js';
import type { Certainty, Diagnosis, NamedCause, RuledOut, Verdict } from '../domain/diagnosis.js';
import { hostOf } from '../domain/place.js';
import { blocks, type CauseGraph, effectsOf, layerRank, rootsOf } from './cause-graph.js';
import { citationsOf, distinct, distinctBy, eachOnce, firstKey, linkOf, telling } from './chain.js';
import { type EvidenceIndex, indexEvidence } from './cite.js';
import type { FilledRecovery, Finding, Findings } from './findings.js';
import { hopMap } from './hop-map.js';
import { formatMessage, type Language } from './messages.js';
import { notChecked } from './not-checked.js';
import { recentFailures } from './recent-failures.js';
import type { Scene } from './scene-types.js';
import { clientLink, requestLink, upstreamLink } from './symptom.js';
import { ailingServer, answersAsItsBackend } from './who-answers.js';

export interface DiagnoseInput {
  readonly record: CheckRecord;
  readonly scene: Scene;
  /** Where the first proxy passes to a second one: that one's. */
  readonly inner?: Scene | undefined;
  readonly findings: Findings;
  readonly graph: CauseGraph;
  readonly playbook: string;
  readonly language: Language;
}

export function diagnose(input: DiagnoseInput): Diagnosis {
  const { record, scene, language } = input;
  const index = indexEvidence(
    record.evidence,
    record.hosts.map(({ alias }) => alias),
  );
  const named = nameCauses(input, index);
  const verdict = verdictOf(record, scene, named);
  const asked = record.target.asked?.url ?? record.target.url;
  const namedIds = new Set(input.findings.fired.map((finding) => finding.cause));
  return {
    schema: 1,
    target: record.target.name,
    url: record.target.url,
    playbook: input.playbook,
    verdict,
    httpStatus: scene.request.status ?? null,
    symptom: formatMessage(requestLink(scene, asked, record.target.url).says, language),
    causes: verdict === 'healthy' ? [] : named,
    ruledOut: ruledOut(input, namedIds, index),
    notChecked: notChecked(record, language),
    path: hopMap(scene, asked, language, input.inner),
    recent: recentFailures(scene, verdict === 'healthy', index, language),
    startedAt: record.startedAt,
    durationMs: record.durationMs,
    hosts: record.hosts.map((host) => ({
      host: host.alias,
      connections: host.connections,
      channels: host.channels,
      probes: host.probes,
      ...(host.user === undefined ? {} : { user: host.user }),
      ...(host.root === undefined ? {} : { root: host.root }),
    })),
  };
}

function verdictOf(record: CheckRecord, scene: Scene, named: readonly NamedCause[]): Verdict {
  if (named.some((cause) => cause.certainty !== 'possible')) return 'root-cause';
  if (record.hosts.length > 0 && record.hosts.every((host) => host.failure)) return 'unreachable';
  // Where another URL was followed than the target's own, that one has to answer well, too.
  if (scene.front?.well === false || ailingServer(scene)) return 'inconclusive';
  if (scene.request.well || answersAsItsBackend(scene)) return 'healthy';
  return 'inconclusive';
}

function nameCauses(input: DiagnoseInput, index: EvidenceIndex): NamedCause[] {
  const { findings, graph } = input;
  const sure = findings.fired.filter((finding) => finding.certainty !== 'possible');
  const considered = sure.length > 0 ? sure : findings.fired;
  const ids = considered.map((finding) => finding.cause);
  const doubt = (id: string) => certaintyRank(bestFindings(id, considered));
  return rootsOf(ids, graph, doubt)
    .map((id) => ({ id, best: bestFindings(id, considered) }))
    .sort(
      (a, b) =>
        Number(blocks(b.id, graph)) - Number(blocks(a.id, graph)) ||
        certaintyRank(a.best) - certaintyRank(b.best) ||
        layerRank(a.id, graph) - layerRank(b.id, graph),
    )
    .flatMap(({ id, best }) => {
      const [first] = best;
      return first ? [nameCause(id, first, best, considered, input, index)] : [];
    });
}

const CERTAINTY_ORDER: readonly Certainty[] = ['proven', 'likely', 'possible'];

function certaintyRank(findings: readonly Finding[]): number {
  return Math.min(...findings.map((finding) => CERTAINTY_ORDER.indexOf(finding.certainty)));
}

function bestFindings(id: string, findings: readonly Finding[]): Finding[] {
  return findings
    .filter((finding) => finding.cause === id)
    .sort((a, b) => CERTAINTY_ORDER.indexOf(a.certainty) - CERTAINTY_ORDER.indexOf(b.certainty));
}

function nameCause(
  id: string,
  first: Finding,
  findings: readonly Finding[],
  considered: readonly Finding[],
  input: DiagnoseInput,
  index: EvidenceIndex,
): NamedCause {
  const { scene, graph, language, record, inner } = input;
  const effects = effectsOf(
    id,
    considered.map((finding) => finding.cause),
    graph,
  ).flatMap((effect) => bestFindings(effect, considered).slice(0, 1));
  const own = distinct(findings);
  const links = telling([...own, ...effects], index).map((finding) =>
    linkOf(finding.says, finding.cites, index, language, finding.cause),
  );
  // A cause that is itself about the answer needs no link that shows the same answer once more.
  const told = new Set([...own, ...effects].flatMap((finding) => firstKey(finding.cites, index)));
  const deepest = inner && upstreamLink(inner) ? inner : scene;
  const met = nginxMeets(id, deepest, graph) ? upstreamLink(deepest) : undefined;
  const symptoms = [
    ...(met && !firstKey(met.cites, index).some((key) => told.has(key)) ? [met] : []),
    clientLink(scene, record.target.asked?.url ?? record.target.url),
  ].map((link) => linkOf(link.says, link.cites, index, language));
  const title = graph.causes.get(id)?.title[language] ?? id;
  return {
    id,
    certainty: first.certainty,
    ...placeOf(first.host ?? links[0]?.evidence[0]?.host ?? OUTSIDE, record),
    title,
    // A link without a line to show is a claim; only what can be shown stands in a chain.
    chain: eachOnce([...links, ...symptoms].filter((link) => link.evidence.length > 0)),
    recoveries: distinctBy(
      own
        .flatMap((finding) => finding.recoveries)
        .map((filled) => ({
          id: filled.recovery.id,
          risk: filled.recovery.risk,
          title: formatMessage(filled.title, language),
          ...recoveryAt(filled, record, scene),
        })),
      ({ host, argv }) => JSON.stringify([host, argv]),
    ),
  };
}

/** The host, and the container on it. */
function placeOf(place: string, record: CheckRecord): { readonly host: string; readonly container?: string } {
  return hostOf(
    place,
    record.hosts.map(({ alias }) => alias),
  );
}

/** What mends something in a container is run there. */
function recoveryAt(
  { host: place, argv }: FilledRecovery,
  record: CheckRecord,
  scene: Scene,
): Pick<NamedCause['recoveries'][number], 'host' | 'argv'> {
  if (place === undefined) return { argv };
  const { host, container } = placeOf(place, record);
  const engine = scene.machines.find(({ alias }) => alias === host)?.engine || 'docker';
  return {
    host,
    argv: container === undefined ? argv : argv.map((words) => [engine, 'exec', container, ...words]),
  };
}

/** An nginx that does not run meets no upstream: that one of its upstreams fails, too, is no effect of it. */
function nginxMeets(id: string, { proxy }: Scene, graph: CauseGraph): boolean {
  return proxy.running !== false || graph.causes.get(id)?.layer !== 'proxy';
}

/** What could be taken for the cause comes first: what brings about the same, then what lies in the same layer. */
function ruledOut(
  { findings, graph, language }: DiagnoseInput,
  named: ReadonlySet<string>,
  index: EvidenceIndex,
): RuledOut[] {
  const unknown = new Set(findings.unknown.map((one) => one.cause));
  const out = new Map<string, RuledOut>();
  for (const one of findings.ruledOut) {
    if (named.has(one.cause) || unknown.has(one.cause) || out.has(one.cause)) continue;
    const evidence = citationsOf(one.cites, index).slice(0, 1);
    out.set(one.cause, {
      id: one.cause,
      because: formatMessage(one.because, language),
      ...(evidence.length > 0 ? { evidence } : {}),
    });
  }
  const rank = (id: string) => nearness(id, named, graph);
  return [...out.values()].sort((a, b) => rank(a.id) - rank(b.id));
}

function nearness(id: string, named: ReadonlySet<string>, graph: CauseGraph): number {
  const ids = [...named];
  const layer = graph.causes.get(id)?.layer;
  if (ids.some((one) => graph.leadsTo(id, one))) return 0;
  return ids.some((one) => graph.causes.get(one)?.layer === layer) ? 1 : 2;
}

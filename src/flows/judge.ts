/** A record becomes a diagnosis. Pure: the same record always gives the same. */

import { causeGraph } from '../diagnosis/cause-graph.js';
import { diagnose } from '../diagnosis/diagnose.js';
import { prepareScene } from '../diagnosis/expressions.js';
import { type Findings, judgeRules } from '../diagnosis/findings.js';
import { evidenceStore } from '../diagnosis/looked.js';
import type { Language } from '../diagnosis/messages.js';
import { buildScene } from '../diagnosis/scene/build-scene.js';
import type { Scene } from '../diagnosis/scene-types.js';
import { targetOf, walk } from '../diagnosis/walk/walk.js';
import type { CheckRecord } from '../domain/check-record.js';
import type { Diagnosis } from '../domain/diagnosis.js';
import type { CauseHead } from '../playbook/cause-schema.js';
import type { Playbook } from '../playbook/playbook-schema.js';
import { choosePlaybook, withDefaults } from './choose-playbook.js';

export interface JudgeDeps {
  readonly playbooks: ReadonlyMap<string, Playbook>;
  readonly causes: readonly CauseHead[];
}

export function judge(record: CheckRecord, deps: JudgeDeps, options: { readonly lang: Language }): Diagnosis {
  const store = evidenceStore(record.evidence);
  const target = targetOf(record);
  const playbook = choosePlaybook(deps.playbooks, record.target.playbook, store, target);
  const way = walk(store, withDefaults(target, playbook));
  const scene = buildScene(store, way);
  const inner = way.inner && buildScene(store, way.inner);
  const judged = (one: Scene) =>
    judgeRules(playbook?.rules ?? [], playbook?.recoveries ?? [], prepareScene(one));
  const findings = inner ? together(judged(inner), judged(scene)) : judged(scene);
  return diagnose({
    record,
    scene,
    inner,
    findings,
    graph: causeGraph(deps.causes),
    playbook: playbook?.name ?? '',
    language: options.lang,
  });
}

/** Two proxies in a row are judged each by itself; what is nearer to the backend speaks first. */
function together(inner: Findings, outer: Findings): Findings {
  return {
    fired: [...inner.fired, ...outer.fired],
    ruledOut: [...inner.ruledOut, ...outer.ruledOut],
    unknown: [...inner.unknown, ...outer.unknown],
  };
}

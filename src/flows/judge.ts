/** A record becomes a diagnosis. Pure: the same record always gives the same. */

import { causeGraph } from '../diagnosis/cause-graph.js';
import { diagnose } from '../diagnosis/diagnose.js';
import { prepareScene } from '../diagnosis/expressions.js';
import { judgeRules } from '../diagnosis/findings.js';
import { evidenceStore } from '../diagnosis/looked.js';
import type { Language } from '../diagnosis/messages.js';
import { buildScene } from '../diagnosis/scene/build-scene.js';
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
  const scene = buildScene(store, walk(store, withDefaults(target, playbook)));
  const findings = judgeRules(playbook?.rules ?? [], playbook?.recoveries ?? [], prepareScene(scene));
  return diagnose({
    record,
    scene,
    findings,
    graph: causeGraph(deps.causes),
    playbook: playbook?.name ?? '',
    language: options.lang,
  });
}

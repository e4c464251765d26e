import { evaluate, prepareScene, truthOf } from '../diagnosis/expressions.js';
import type { EvidenceStore } from '../diagnosis/looked.js';
import { buildScene } from '../diagnosis/scene/build-scene.js';
import { type WalkTarget, walk } from '../diagnosis/walk/walk.js';
import type { Playbook } from '../playbook/playbook-schema.js';

/** The target with what its playbook says where the target itself is silent. */
export function withDefaults(target: WalkTarget, playbook: Playbook | undefined): WalkTarget {
  const defaults = Object.entries(playbook?.variables ?? {}).flatMap(([name, one]) =>
    one.default === undefined ? [] : [[name, one.default] as const],
  );
  return { ...target, variables: { ...Object.fromEntries(defaults), ...target.variables } };
}

/** What any service behind nginx gets when no playbook is meant for it in particular. */
export const GENERAL_PLAYBOOK = 'nginx-upstream';

/** The playbook that was asked for; else the one whose `match` fits what was found; else the general one. */
export function choosePlaybook(
  playbooks: ReadonlyMap<string, Playbook>,
  asked: string | undefined,
  store: EvidenceStore,
  target: WalkTarget,
): Playbook | undefined {
  if (asked !== undefined) return playbooks.get(asked);
  const way = walk(store, target);
  const scene = prepareScene(buildScene(store, way.inner ?? way));
  const fitting = [...playbooks.values()].find(
    (playbook) => playbook.match !== undefined && truthOf(evaluate(playbook.match, {}, scene)) === 'true',
  );
  return fitting ?? playbooks.get(GENERAL_PLAYBOOK);
}

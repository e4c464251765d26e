/** A playbook's own looks: read-only commands that its author wrote, with values from the scene as arguments. */
import type { Look } from '../../playbook/playbook-schema.js';
import { evaluate, prepareScene, truthOf } from '../expressions.js';
import { argumentOf, combinations } from '../findings.js';
import type { EvidenceStore } from '../looked.js';
import { buildScene } from '../scene/build-scene.js';
import type { Planned, Round } from './plan-rounds.js';
import { PLAYBOOK_LOOK } from './playbook-look.js';
import type { Walk } from './walk.js';

const TIMEOUT_SECONDS = 5;
const CAP_BYTES = 256 * 1024;

export function planLooks(round: Round, store: EvidenceStore, walk: Walk, looks: readonly Look[]): Planned[] {
  const due = looks.filter((look) => look.round === round);
  if (due.length === 0) return [];
  const scene = prepareScene(buildScene(store, walk));
  return due.flatMap((look) =>
    combinations(look.for ?? {}, scene).flatMap(({ context, types }, index) => {
      if (look.when && truthOf(evaluate(look.when, types, context)) !== 'true') return [];
      const argv = look.argv.map((word) => argumentOf(word, types, context));
      const exact = argv.filter((word) => word !== undefined);
      if (exact.length !== argv.length) return [];
      return hostsOf(look, walk).map(
        (host): Planned => ({
          host,
          command: {
            id: `${PLAYBOOK_LOOK}:${look.id}${look.for ? `#${index + 1}` : ''}`,
            kind: PLAYBOOK_LOOK,
            argv: exact,
            timeoutMs: (look.timeoutSeconds ?? TIMEOUT_SECONDS) * 1000,
            capBytes: CAP_BYTES,
            ...(look.privileged ? { privileged: true } : {}),
          },
        }),
      );
    }),
  );
}

function hostsOf(look: Look, walk: Walk): string[] {
  const { on } = look;
  return walk.target.hosts
    .filter((host) => !on || host.roles.some((role) => on.includes(role)))
    .map((host) => host.alias);
}

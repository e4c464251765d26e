import { refTo } from '../cite.js';
import type { EvidenceStore } from '../looked.js';
import type { Fact } from '../scene-types.js';
import { PLAYBOOK_LOOK } from '../walk/playbook-look.js';
import type { Walk } from '../walk/walk.js';

const LINES_MAX = 2000;

/** What a playbook's own looks brought, line by line. */
export function looksOf(store: EvidenceStore, _walk: Walk): Fact<'Look'>[] {
  return store.all
    .filter((evidence) => evidence.kind === PLAYBOOK_LOOK)
    .map((evidence): Fact<'Look'> => {
      const { output } = evidence;
      const id = evidence.id.replace(`${PLAYBOOK_LOOK}:`, '').replace(/#.*$/, '');
      if (!output || evidence.missing) return { id, host: evidence.host, cite: [] };
      const lines = output.stdout.split('\n').slice(0, LINES_MAX);
      return {
        id,
        host: evidence.host,
        exitStatus: output.exitCode ?? undefined,
        text: output.stdout,
        lines: lines.map((text, line) => ({ text, cite: [refTo(evidence, line)] })),
        cite: [
          refTo(
            evidence,
            Math.max(
              0,
              lines.findIndex((text) => text.trim() !== ''),
            ),
          ),
        ],
      };
    });
}

import type { Incident } from '../../domain/incident.js';
import type { IncidentStore } from '../../ports-state.js';
import type { RedisClient } from './connect-redis.js';
import { createRecords, type OnBroken } from './records.js';
import { incidentSchema, parseJson } from './state-schemas.js';

export function createIncidentStore(
  client: RedisClient,
  options: { readonly onBroken: OnBroken },
): IncidentStore {
  const incidents = createRecords<Incident>(
    client,
    {
      kind: 'incident',
      idPrefix: 'inc-',
      parse: (text) => parseJson(incidentSchema, text),
      isOver: (incident) => incident.state === 'resolved',
      isJoinable: (incident) => incident.state !== 'resolved',
      wishOf: (incident) => incident.target,
      isLast: () => false,
    },
    options.onBroken,
  );
  return {
    async openFor(target, open) {
      const { value, created } = await incidents.claim(target, open);
      return { incident: value, created };
    },
    current: (target) => incidents.active(target),
    get: (id) => incidents.get(id),
    async change(id, transition) {
      const done = await incidents.change(id, transition);
      return done && { incident: done.value, changed: done.changed };
    },
    unresolved: () => incidents.open(),
    recent: (limit, target) => incidents.recent(limit, target),
  };
}

import type { Button } from '@slack/types';
import { ACTIONS } from '../../domain/chat-actions.js';
import type { Incident } from '../../domain/incident.js';
import { button } from './blocks.js';
import { type Markup, markup, moment, NOTHING } from './markup.js';
import { actorOf } from './people.js';
import type { Words } from './words.js';

const MARK = { open: '🔥', mitigated: '🌤', resolved: '✅' } as const;

/** `🔥 inc-17 · open · since 21:06 · acknowledged by @ada` */
export function incidentLine(incident: Incident | undefined, words: Words): Markup {
  if (incident === undefined) return NOTHING;
  const { id, state } = incident;
  const head = markup`${MARK[state]} ${id} · ${words.incidentState[state]} · ${words.incident.since} ${moment(incident.openedAt)}`;
  return markup`${head}${tail(incident, words)}`;
}

function tail(incident: Incident, words: Words): Markup {
  const { acknowledged, resolved, mitigatedAt } = incident;
  if (resolved !== undefined) return markup` · ${words.incident.resolvedBy} ${actorOf(resolved.by, words)}`;
  const healthy =
    incident.state === 'mitigated' && mitigatedAt !== undefined
      ? markup` · ${words.incident.mitigatedAt} ${moment(mitigatedAt)}`
      : NOTHING;
  return acknowledged === undefined
    ? markup`${healthy} · ${words.incident.nobody}`
    : markup`${healthy} · ${words.incident.acknowledgedBy} ${actorOf(acknowledged.by, words)}`;
}

/** Acknowledge, where nobody has; resolve, where it is not. */
export function incidentButtons(incident: Incident | undefined, words: Words): readonly Button[] {
  if (incident === undefined || incident.state === 'resolved') return [];
  const { id } = incident;
  const { confirm } = words.incident;
  const { buttons } = words;
  const isAcknowledged = incident.acknowledged !== undefined;
  return [
    ...(isAcknowledged ? [] : button(buttons.acknowledge, ACTIONS.acknowledge, id, { style: 'primary' })),
    ...button(buttons.resolve, ACTIONS.resolve, id, {
      confirm: { title: confirm.title(id), text: confirm.text, yes: buttons.resolve, no: buttons.no },
    }),
  ];
}

/**
 * The names of all that goodgate keeps in Redis. One hash tag puts everything into one slot of a cluster, so that a
 * script can touch any of it: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
 */
const PREFIX = '{goodgate}';

/** BullMQ's keys, apart from ours. */
export const QUEUE_PREFIX = `${PREFIX}:queue`;

export const keys = {
  schema: `${PREFIX}:schema`,
  schemaLock: `${PREFIX}:schema:lock`,
  /** What a kind of record needs; `of` lists those of one target. */
  records: (kind: 'run' | 'incident') => ({
    counter: `${PREFIX}:${kind}:counter`,
    values: `${PREFIX}:${kind}:values`,
    all: `${PREFIX}:${kind}:all`,
    open: `${PREFIX}:${kind}:open`,
    active: `${PREFIX}:${kind}:active`,
    last: `${PREFIX}:${kind}:last`,
    of: (target: string) => `${PREFIX}:${kind}:of:${segment(target)}`,
  }),
  evidence: (runId: string) => `${PREFIX}:evidence:${segment(runId)}`,
  diagnosis: (runId: string) => `${PREFIX}:diagnosis:${segment(runId)}`,
  timeline: (subject: string) => `${PREFIX}:timeline:${segment(subject)}`,
  messages: (runId: string) => `${PREFIX}:messages:${segment(runId)}`,
  due: `${PREFIX}:due`,
  dueMarks: `${PREFIX}:due:marks`,
  dueCounter: `${PREFIX}:due:counter`,
  signal: (kind: 'run-changed' | 'cancel-wanted') => `${PREFIX}:signal:${kind}`,
  seen: (digest: string) => `${PREFIX}:seen:${digest}`,
  slots: (host: string) => `${PREFIX}:slots:${segment(host)}`,
  lease: (name: string) => `${PREFIX}:lease:${segment(name)}`,
  canary: `${PREFIX}:canary`,
} as const;

/** A name as a part of a key that nothing can break out of: no `:`, `{`, `*` or space is left in it. */
function segment(name: string): string {
  return encodeURIComponent(name).replace(/[*!'()~]/gu, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
}

import type { Signals } from '../../ports-state.js';
import { ask } from './ask-redis.js';
import type { RedisClient } from './connect-redis.js';
import { keys } from './keys.js';

type Listener = (runId: string) => void;

/** No run has a longer name: what comes from elsewhere is not handed on. */
const RUN_ID = /^run-\d{1,15}$/u;

/**
 * Pub/sub, which forgets what nobody heard: https://redis.io/docs/latest/develop/pubsub/ . `listening` is a connection
 * of its own (purpose `listen`), as one that subscribes can do nothing else.
 */
export function createSignals(
  client: RedisClient,
  listening: RedisClient,
  options: { readonly onError: (error: Error) => void },
): Signals {
  const heard = new Map<string, Set<Listener>>();
  listening.on('message', (channel: string, runId: string) => {
    if (!RUN_ID.test(runId)) return;
    for (const listener of heard.get(channel) ?? []) listener(runId);
  });

  function listen(kind: 'run-changed' | 'cancel-wanted', listener: Listener): () => void {
    const channel = keys.signal(kind);
    const listeners = heard.get(channel) ?? new Set<Listener>();
    heard.set(channel, listeners);
    // Each caller has a place of its own, even where two give the same function.
    const own: Listener = (runId) => listener(runId);
    listeners.add(own);
    if (listeners.size === 1) listening.subscribe(channel).catch(options.onError);
    return () => {
      if (!listeners.delete(own) || listeners.size > 0) return;
      listening.unsubscribe(channel).catch(options.onError);
    };
  }

  async function tell(kind: 'run-changed' | 'cancel-wanted', runId: string): Promise<void> {
    await ask(() => client.publish(keys.signal(kind), runId));
  }

  return {
    runChanged: (runId) => tell('run-changed', runId),
    cancelWanted: (runId) => tell('cancel-wanted', runId),
    onRunChanged: (listener) => listen('run-changed', listener),
    onCancelWanted: (listener) => listen('cancel-wanted', listener),
  };
}

import type { Directive } from './model.js';

/**
 * Somewhere within the block a WebSocket upgrade is passed on: `proxy_set_header Upgrade …`. A server often has a
 * location of its own for WebSockets, and then the others do well without.
 */
export function passesUpgrade(block: readonly Directive[]): boolean {
  return block.some(
    ({ name, args, block: inner }) =>
      (name === 'proxy_set_header' && args[0]?.toLowerCase() === 'upgrade' && (args[1] ?? '') !== '') ||
      (inner !== undefined && passesUpgrade(inner)),
  );
}

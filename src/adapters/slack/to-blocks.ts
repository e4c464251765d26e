import type { KnownBlock } from '@slack/types';

/** Blocks come from src/render/slack/, which makes no others than Slack knows; here only their outer shape is held to. */
export function toBlocks(blocks: readonly object[]): KnownBlock[] {
  return blocks.filter(isBlock);
}

function isBlock(block: object): block is KnownBlock {
  return 'type' in block && typeof block.type === 'string';
}

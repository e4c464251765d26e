/** A message as Slack takes it: blocks, and the same in words for notifications and screen readers. */
export interface ChatMessage {
  readonly text: string;
  /** Block Kit, within Slack's limits: src/render/slack/ makes them. */
  readonly blocks: readonly object[];
}

export interface ChatFile {
  readonly name: string;
  readonly title: string;
  readonly content: string;
}

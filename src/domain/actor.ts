/** Who did something that the timeline tells of. */
export type Actor =
  | {
      readonly kind: 'person';
      /** Slack's user id, `U024BE7LH`. */
      readonly id: string;
    }
  | {
      readonly kind: 'alert';
      /** What sent it, e.g. `alertmanager`. */
      readonly source: string;
    }
  | { readonly kind: 'goodgate' };

/** goodgate itself: what it does without being asked. */
export const GOODGATE: Actor = { kind: 'goodgate' };

/** What the page can break and mend; the demo gives it. */
export interface DemoFaults {
  /** With plain words for what each does. */
  list(language: 'en' | 'zh'): readonly DemoFault[];
  break(name: string): Promise<void>;
  mend(): Promise<void>;
  state(): DemoState;
}

export interface DemoFault {
  readonly name: string;
  readonly title: string;
  readonly does: string;
}

export type DemoState =
  | { readonly kind: 'well' }
  | { readonly kind: 'broken'; readonly name: string }
  | { readonly kind: 'breaking'; readonly name: string }
  | { readonly kind: 'mending' };

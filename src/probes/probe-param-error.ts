/** A value that may not become an argument of a probe: a broken invariant of the caller, never a host's answer. */
export class ProbeParamError extends Error {
  readonly code = 'probe-param';
  readonly kind: string;
  readonly param: string;

  constructor(kind: string, param: string, expected: string, got: unknown) {
    super(`${kind}: parameter "${param}" must be ${expected}, got ${describe(got)}`);
    this.name = 'ProbeParamError';
    this.kind = kind;
    this.param = param;
  }
}

function describe(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** Environment variables as `KEY=value` pairs, the values of names that sound like a secret replaced. */
export interface EnvironmentVariable {
  readonly name: string;
  /** `***` for a name that matches /pass|secret|token|key/i. */
  readonly value: string;
}

export function maskedVariable(name: string, value: string): EnvironmentVariable {
  return { name, value: /pass|secret|token|key|credential/i.test(name) ? '***' : value };
}

/** Sample: `NODE_ENV="production-linux",PORT=8000` (supervisor) and `A=1 "B=two words"` (systemd). */
export function maskedEnvironment(text: string, separator: ',' | ' '): EnvironmentVariable[] {
  return splitQuoted(text, separator).flatMap((pair) => {
    const at = pair.indexOf('=');
    return at < 1 ? [] : [maskedVariable(pair.slice(0, at).trim(), pair.slice(at + 1).trim())];
  });
}

function splitQuoted(text: string, separator: ',' | ' '): string[] {
  const parts: string[] = [];
  let current = '';
  let quote = '';
  for (const character of text) {
    if (quote !== '') {
      if (character === quote) quote = '';
      else current += character;
    } else if (character === '"' || character === "'") {
      quote = character;
    } else if (character === separator || character === '\n') {
      parts.push(current);
      current = '';
    } else {
      current += character;
    }
  }
  return [...parts, current].filter((part) => part.trim() !== '');
}

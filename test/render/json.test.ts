import { describe, expect, it } from 'vitest';
import { renderJson } from '../../src/render/json.js';
import { diagnoses } from './diagnoses.js';

describe('the JSON of a diagnosis', () => {
  it.each(Object.entries(diagnoses('en')))(
    'is one object with all that the diagnosis says: %s',
    (_name, diagnosis) => {
      expect(JSON.parse(renderJson(diagnosis))).toEqual(diagnosis);
    },
  );

  it('does not depend on the order in which keys were made', () => {
    const diagnosis = diagnoses('en')['proven-cause'];
    const reversed = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(reversed)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, inner]) => [key, reversed(inner)]),
            )
          : value;
    expect(renderJson(reversed(diagnosis) as typeof diagnosis)).toBe(renderJson(diagnosis));
  });

  it('means the same and is harmless where a terminal shows it', () => {
    const evil = 'a\u001b[2J\u009b2J\u202e\u{e0041}\u2028\n"';
    const text = renderJson({ ...diagnoses('en').inconclusive, symptom: evil });
    expect(text).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}]/u);
    expect(JSON.parse(text).symptom).toBe(evil);
  });

  it('begins with what decides', () => {
    const keys = Object.keys(JSON.parse(renderJson(diagnoses('en')['proven-cause'])));
    expect(keys.slice(0, 6)).toEqual(['schema', 'target', 'url', 'playbook', 'verdict', 'httpStatus']);
  });
});

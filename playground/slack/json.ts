import { z } from 'zod';

/** A JSON object of somebody else's: nothing is known of its values. */
export type Json = Readonly<Record<string, unknown>>;

const record = z.record(z.string(), z.unknown());

export function jsonObject(value: unknown): Json | undefined {
  const read = record.safeParse(value);
  return read.success ? read.data : undefined;
}

export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function textIn(object: Json | undefined, key: string): string {
  const value = object?.[key];
  return typeof value === 'string' ? value : '';
}

export function objectIn(object: Json | undefined, key: string): Json | undefined {
  return jsonObject(object?.[key]);
}

export function objectsIn(object: Json | undefined, key: string): Json[] {
  const value = object?.[key];
  return jsonObjects(value);
}

/** Those of a list that are objects; none where it is no list. */
export function jsonObjects(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(jsonObject).filter((one) => one !== undefined) : [];
}

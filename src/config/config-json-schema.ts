import { z } from 'zod';
import { configSchema } from './config-schema.js';

/** The text of goodgate.schema.json (JSON Schema 2020-12). */
export function configJsonSchema(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input' });
  return `${JSON.stringify({ ...schema, title: 'goodgate.yaml' }, undefined, 2)}\n`;
}

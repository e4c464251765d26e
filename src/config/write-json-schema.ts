/** Writes goodgate.schema.json, by which editors complete and check goodgate.yaml: `node dist/src/config/write-json-schema.js [FILE]`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configJsonSchema } from './config-json-schema.js';

const [file = fileURLToPath(new URL('../../../goodgate.schema.json', import.meta.url))] =
  process.argv.slice(2);
writeFileSync(file, configJsonSchema());

import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { z } from 'zod';
import { checkRecordSchema } from '../../domain/check-record-schema.js';
import { diagnosisSchema } from '../../domain/diagnosis-schema.js';
import type { EvidenceArchive } from '../../ports-state.js';
import { ask } from './ask-redis.js';
import type { RedisClient } from './connect-redis.js';
import { keys } from './keys.js';
import type { OnBroken } from './records.js';
import { parseJson } from './state-schemas.js';

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/** What one value may be when unpacked: far above any check, and harmless for a process. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Logs compress well at once; higher qualities cost seconds. */
const QUALITY = 4;

const diagnosesSchema = z.object({ en: diagnosisSchema, zh: diagnosisSchema });

export interface ArchiveOptions {
  readonly keepMs: number;
  readonly onBroken: OnBroken;
}

export function createEvidenceArchive(client: RedisClient, options: ArchiveOptions): EvidenceArchive {
  async function write(key: string, value: unknown): Promise<void> {
    const text = Buffer.from(JSON.stringify(value));
    if (text.length > MOST_BYTES) {
      options.onBroken(key, `has ${text.length} bytes, more than ${MOST_BYTES}, and was not kept`);
      return;
    }
    const packed = await compress(text, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } });
    await ask(() => client.set(key, packed, 'PX', options.keepMs));
  }

  async function read<Value>(key: string, schema: z.ZodType<Value>): Promise<Value | undefined> {
    const packed = await ask(() => client.getBuffer(key));
    if (packed === null) return undefined;
    try {
      const text = await decompress(packed, { maxOutputLength: MOST_BYTES });
      return parseJson(schema, text.toString('utf8'));
    } catch (error) {
      options.onBroken(key, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  return {
    async save(runId, record, diagnoses) {
      await write(keys.diagnosis(runId), diagnoses);
      await write(keys.evidence(runId), record);
    },
    record: (runId) => read(keys.evidence(runId), checkRecordSchema),
    async diagnosis(runId, language) {
      return (await read(keys.diagnosis(runId), diagnosesSchema))?.[language];
    },
  };
}

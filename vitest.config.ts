import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { sortTests } from './test/sort-tests.js';

const { unit, integration } = sortTests(fileURLToPath(new URL('.', import.meta.url)));

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: unit, testTimeout: 10_000 } },
      {
        test: {
          name: 'integration',
          include: integration,
          // Real servers share two processors: one file at a time, and time enough on a busy machine.
          fileParallelism: false,
          testTimeout: 120_000,
          // A busy machine may miss a moment that a fault needs; what is wrong stays wrong a second time.
          retry: 1,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});

import { defineConfig } from 'vitest/config';

/** Folders and files whose tests start servers. All others are pure and belong to `unit`. */
const integration = [
  'test/**/*.integration.test.ts',
  'test/world/**/*.test.ts',
  'test/check/**/*.test.ts',
  'test/demo/**/*.test.ts',
  'test/adapters/**/*.test.ts',
  'test/bench/**/*.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      {
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: integration, testTimeout: 10_000 },
      },
      {
        test: {
          name: 'integration',
          include: integration,
          // Real servers share two processors: one file at a time, and time enough on a busy machine.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});

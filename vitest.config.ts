import { defineConfig } from 'vitest/config';

/** Tests that start real processes: one file at a time, so that they do not fight for the CPU. */
const WITH_PROCESSES = ['tests/processes/**/*.test.ts', 'tests/cli/**/*.test.ts'];
const NEVER = ['node_modules/**', 'out/**', 'tests/e2e/**', 'tests/tidy/fixtures/**'];

export default defineConfig({
  test: {
    environment: 'node',
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['tests/**/*.test.ts'],
          exclude: [...NEVER, ...WITH_PROCESSES],
          testTimeout: 20_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: WITH_PROCESSES,
          exclude: NEVER,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

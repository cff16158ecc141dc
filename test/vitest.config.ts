import { defineConfig } from 'vitest/config';
import { ByName } from './support/by-name.ts';

const root = new URL('..', import.meta.url).pathname;

/** How long a test waits for what comes soon: bounds that only a broken thing reaches, on a busy machine too. */
const patient = { expect: { poll: { timeout: 10_000 } }, testTimeout: 30_000, hookTimeout: 30_000 } as const;

/** Which suite a test belongs to is decided by what it needs; test/README.md says how to choose. */
export default defineConfig({
  root,
  test: {
    sequence: { sequencer: ByName },
    reporters: ['default', './test/support/closing-line.ts'],
    projects: [
      { root, test: { ...patient, name: 'unit', include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts'] } },
      { root, test: { ...patient, name: 'api', include: ['test/api/**/*.test.ts'] } },
      {
        root,
        test: {
          ...patient,
          name: 'postgres',
          // What is about rows, once more upon the other database.
          include: [
            'packages/hubd/src/{groups,login,oauth,roles,services,shares,tokens,users}/**/*.test.ts',
            'test/api/**/*.test.ts',
            'test/postgres/**/*.test.ts',
          ],
          exclude: ['**/proxy-*.test.ts', '**/spawner-*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        root,
        test: {
          ...patient,
          name: 'bus',
          include: ['test/bus/**/*.test.ts'],
          // One private bus, and each well-known name can be owned once.
          fileParallelism: false,
          // One test runs tshubctl up to twenty times.
          testTimeout: 120_000,
        },
      },
      { root, test: { name: 'repo', include: ['test/repo/**/*.test.ts'], testTimeout: 60_000 } },
      { root, test: { name: 'package', include: ['test/package/**/*.test.ts'], testTimeout: 120_000 } },
      {
        root,
        test: {
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          globalSetup: ['test/system/setup.ts'],
          // One machine, one story at a time.
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 300_000,
          hookTimeout: 900_000,
        },
      },
      {
        root,
        test: {
          name: 'docs',
          include: ['test/docs/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        root,
        test: {
          name: 'limits',
          include: ['test/limits/**/*.test.ts'],
          globalSetup: ['test/limits/setup.ts'],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 300_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});

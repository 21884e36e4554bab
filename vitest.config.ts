import { defineConfig } from 'vitest/config';
import { longSuites } from './test/long-suites.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/temporary-files.ts'],
    exclude: ['test/wider/**', ...longSuites],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // A profile that an older version of the code made must not answer for the new one.
    env: { SISKIN_CACHE: 'off' },
  },
});

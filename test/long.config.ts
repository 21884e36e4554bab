import { defineConfig } from 'vitest/config';
import { longSuites } from './long-suites.ts';

export default defineConfig({
  test: {
    include: [...longSuites],
    globalSetup: ['test/temporary-files.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // A profile that an older version of the code made must not answer for the new one.
    env: { SISKIN_CACHE: 'off' },
  },
});

import { defineConfig } from 'vitest/config';
import { longSuites } from './long-suites.ts';

export default defineConfig({
  test: {
    include: [...longSuites],
    globalSetup: ['test/temporary-files.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // One more than there are cores: they wait more than they compute.
    maxWorkers: 3,
    // A profile that an older version of the code made must not answer for the new one.
    env: { SISKIN_CACHE: 'off' },
  },
});

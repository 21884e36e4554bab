import { defineConfig } from 'vitest/config';

// Tests that need programs which `npm ci` does not bring; each says what it needs.
export default defineConfig({
  test: {
    include: ['test/wider/**/*.test.ts'],
    // What is drawn anew each time, and takes as long as all else together: `npm run soak` runs both.
    exclude: [
      'test/wider/soak.test.ts',
      'test/wider/crash/random.test.ts',
      // Its server takes minutes to build: scripts/kube-apiserver.sh does that, and runs it.
      'test/wider/serving/kubernetes.test.ts',
    ],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});

import { defineConfig } from 'vitest/config';

// Needs a real API server of Kubernetes: scripts/kube-apiserver.sh builds one and runs this.
export default defineConfig({
  test: {
    include: ['test/wider/serving/kubernetes.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
  },
});

import { defineConfig } from 'vitest/config';

// What looks for trouble that nobody thought of: faults and kills that are drawn anew each time, whose seed is printed.
export default defineConfig({
  test: { include: ['test/wider/soak.test.ts', 'test/wider/crash/random.test.ts'], maxWorkers: 1 },
});

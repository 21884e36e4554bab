import { defineConfig } from 'vitest/config';

// Ten thousand events with every fault, in minutes rather than seconds.
export default defineConfig({ test: { include: ['test/wider/soak.test.ts'], maxWorkers: 1 } });

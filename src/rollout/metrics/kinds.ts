import type { MetricKind } from './kind.ts';

/** Every metric source by the `kind` of its connections. No name is also a serving platform's. */
export const metricKinds: Readonly<Record<string, MetricKind>> = {};

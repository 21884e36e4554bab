import { type MetricKind, metricKind } from './kind.ts';
import * as prometheus from './prometheus.ts';

/** Every metric source by the `kind` of its connections. No name is also a serving platform's. */
export const metricKinds: Readonly<Record<string, MetricKind>> = {
  prometheus: metricKind({ Connection: prometheus.Connection, open: prometheus.openPrometheus }),
};

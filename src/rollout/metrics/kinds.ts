import * as azureMonitor from './azure-monitor.ts';
import * as cloudwatch from './cloudwatch.ts';
import * as datadog from './datadog.ts';
import * as google from './google-cloud-monitoring.ts';
import * as httpMetrics from './http-metrics.ts';
import { type MetricKind, metricKind } from './kind.ts';
import * as newRelic from './new-relic.ts';
import * as openmetrics from './openmetrics.ts';
import * as postgresql from './postgresql.ts';
import * as prometheus from './prometheus.ts';

/** Every metric source by the `kind` of its connections. No name is also a serving platform's. */
export const metricKinds: Readonly<Record<string, MetricKind>> = {
  'azure-monitor': metricKind({
    Connection: azureMonitor.Connection,
    open: azureMonitor.openAzureMonitor,
    delaySeconds: 300,
  }),
  cloudwatch: metricKind({ Connection: cloudwatch.Connection, open: cloudwatch.openCloudwatch, delaySeconds: 120 }),
  datadog: metricKind({ Connection: datadog.Connection, open: datadog.openDatadog, delaySeconds: 60 }),
  'google-cloud-monitoring': metricKind({
    Connection: google.Connection,
    open: google.openGoogleCloudMonitoring,
    delaySeconds: 240,
  }),
  'http-metrics': metricKind({ Connection: httpMetrics.Connection, open: httpMetrics.openHttpMetrics }),
  'new-relic': metricKind({ Connection: newRelic.Connection, open: newRelic.openNewRelic, delaySeconds: 60 }),
  openmetrics: metricKind({ Connection: openmetrics.Connection, open: openmetrics.openOpenmetrics }),
  postgresql: metricKind({ Connection: postgresql.Connection, open: postgresql.openPostgresql }),
  prometheus: metricKind({ Connection: prometheus.Connection, open: prometheus.openPrometheus }),
};

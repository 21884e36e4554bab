import { z } from 'zod';
import { digestOf } from '../../digest.ts';
import type { Alert } from '../alert.ts';
import type { AlertReceiver } from './receiver.ts';

/** One alert that may be heeded, of which repository (`owner/name`), and what tells it from all others. */
export interface ReadAlert {
  readonly repository: string;
  readonly alert: Alert;
  /** The same for a repetition of the same alert. */
  readonly id: string;
}

/** What a body tells: alerts to be heeded, and why others are not, a sentence each. */
export interface ReadAlerts {
  readonly alerts: readonly ReadAlert[];
  readonly ignored: readonly string[];
}

const Labels = z.record(z.string().max(200), z.string().max(2000));
const Instant = z.iso.datetime({ offset: true });

/** https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
const AlertmanagerBody = z.object({
  alerts: z
    .array(
      z.object({
        status: z.string().max(50),
        labels: Labels,
        annotations: Labels.default({}),
        startsAt: Instant,
        fingerprint: z.string().max(200).optional(),
      }),
    )
    .max(1000),
});

const GenericAlert = z.object({
  status: z.enum(['firing', 'resolved']).default('firing'),
  name: z.string().min(1).max(200),
  summary: z.string().max(2000).default(''),
  repository: z.string().max(201).optional(),
  environment: z.string().max(63).optional(),
  model: z.string().max(63).optional(),
  'starts-at': Instant,
  id: z.string().max(200).optional(),
});
const GenericBody = z.union([z.object({ alerts: z.array(GenericAlert).max(1000) }), GenericAlert]);

interface Raw {
  readonly isFiring: boolean;
  readonly name: string;
  readonly summary: string;
  readonly repository: string | null;
  readonly environment: string | null;
  readonly model: string | null;
  readonly startsAt: string;
  readonly fingerprint: string;
}

/** Reads a body that was proved to come from a receiver's sender; null when it is not of its format. Never throws. */
export function readAlerts(
  body: string,
  of: { readonly name: string; readonly receiver: AlertReceiver },
): ReadAlerts | null {
  const raw = rawAlerts(body, of.receiver);
  if (raw === null) return null;
  const read = raw.map((one) => heeded(one, of));
  const alerts = new Map(read.flatMap((one) => (typeof one === 'string' ? [] : [[one.id, one] as const])));
  return { alerts: [...alerts.values()], ignored: read.filter((one) => typeof one === 'string') };
}

function rawAlerts(body: string, { format, labels: names }: AlertReceiver): readonly Raw[] | null {
  const value = parsed(body);
  if (format === 'generic') {
    const read = GenericBody.safeParse(value);
    if (!read.success) return null;
    const all = 'alerts' in read.data ? read.data.alerts : [read.data];
    return all.map((one) => ({
      ...one,
      isFiring: one.status === 'firing',
      repository: one.repository ?? null,
      environment: one.environment ?? null,
      model: one.model ?? null,
      startsAt: one['starts-at'],
      fingerprint: one.id ?? digestOf(JSON.stringify([one.name, one.repository, one.environment, one.model])),
    }));
  }
  const read = AlertmanagerBody.safeParse(value);
  if (!read.success) return null;
  return read.data.alerts.map(({ status, labels, annotations, startsAt, fingerprint }) => {
    const label = (name: string) => (Object.hasOwn(labels, name) ? (labels[name] ?? null) : null);
    return {
      isFiring: status === 'firing',
      name: label('alertname') ?? 'an alert',
      summary: annotations['summary'] ?? annotations['description'] ?? '',
      repository: label(names.repository),
      environment: label(names.environment),
      model: label(names.model),
      startsAt,
      fingerprint: fingerprint ?? digestOf(JSON.stringify(Object.entries(labels).sort())),
    };
  });
}

/** The alert, or why it is not heeded. What an alert leaves out is what its receiver may speak about, where that is one thing. */
function heeded(
  raw: Raw,
  { name, receiver }: { readonly name: string; readonly receiver: AlertReceiver },
): ReadAlert | string {
  if (!raw.isFiring) return 'it is resolved; a person resumes what it stopped';
  const repository = allowed(raw.repository, receiver.repositories);
  if (repository === null) return `it names ${named(raw.repository, 'repository')}`;
  const environment = allowed(raw.environment, receiver.environments);
  if (environment === null) return `it names ${named(raw.environment, 'environment')}`;
  const models = receiver.models ?? null;
  const model = models === null ? raw.model : allowed(raw.model, models);
  if (models !== null && model === null) return `it names ${named(raw.model, 'model')}`;
  const startsAt = new Date(raw.startsAt).toISOString();
  const id = digestOf(JSON.stringify([name, raw.fingerprint, startsAt, repository, environment, model]));
  const summary = raw.summary.slice(0, 300);
  return {
    repository,
    alert: { receiver: name, model, environment, name: raw.name.slice(0, 200), summary, startsAt },
    id: `alert/${id}`,
  };
}

function allowed(said: string | null, list: readonly string[]): string | null {
  if (said === null) return list.length === 1 ? (list[0] ?? null) : null;
  return list.find((one) => one.toLowerCase() === said.toLowerCase()) ?? null;
}

function named(said: string | null, what: string): string {
  return said === null
    ? `no ${what}`
    : `the ${what} ${JSON.stringify(said.slice(0, 80))}, about which it may not speak`;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

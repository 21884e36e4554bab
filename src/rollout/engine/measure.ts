import { canonicalJson, digestOf } from '../../digest.ts';
import { AppError, messageOf } from '../../error.ts';
import type { Measured, MetricQuestion, MetricSource } from '../../ports/metric-source.ts';
import { Interval } from '../evidence.ts';
import type { RolloutRecord } from '../rollout-record.ts';
import type { Stretch } from '../states/grid.ts';
import { inTime } from './in-time.ts';

/** Opens the source that a metric names; AppError when the operator gave none of that name. */
export type OpenSource = (connection: string) => MetricSource;

/** A stretch of the grid in which evidence is gathered, and what it belongs to. */
export interface Window {
  readonly interval: number;
  readonly stretch: Stretch;
  readonly weight: number;
  readonly step?: number;
  readonly attempt?: number;
  readonly arms: readonly ('candidate' | 'champion')[];
}

/** What was measured of a window. */
export interface MeasuredWindow {
  readonly interval: Interval;
  /** Why a source could not be asked; null when all were. */
  readonly failed: string | null;
  /** Why an answer has yet to come from whoever asks a source for us; null when nothing is awaited. */
  readonly awaited: string | null;
}

type MetricArms = Interval['metrics'][string];
type Arm = MetricArms['champion'];

/** Asks the sources for all metrics of a window. It never throws: what cannot be measured is said in the evidence. */
export async function measureWindow(
  record: Pick<RolloutRecord, 'policy' | 'model' | 'release' | 'previous'>,
  window: Window,
  openSource: OpenSource,
): Promise<MeasuredWindow> {
  const { interval, stretch, weight, step, attempt, arms } = window;
  let reset = false;
  let failed: string | null = null;
  let awaited: string | null = null;

  async function armOf(name: string, arm: 'candidate' | 'champion'): Promise<Arm> {
    const found = await measure(record, { name, arm, stretch }, openSource);
    if (found.kind === 'awaited') {
      awaited ??= found.reason;
      return { missing: 'failed', reason: found.reason.slice(0, 500) };
    }
    if (found.kind === 'value') {
      reset ||= found.reset;
      return found.counts;
    }
    if (found.kind === 'failed') failed ??= `${name}: ${found.reason}`;
    return { missing: found.kind === 'failed' ? 'failed' : found.missing, reason: found.reason.slice(0, 500) };
  }

  const metrics = await Promise.all(
    Object.keys(record.policy.metrics).map(async (name): Promise<[string, MetricArms]> => {
      const [champion, candidate] = await Promise.all([
        armOf(name, 'champion'),
        arms.includes('candidate') ? armOf(name, 'candidate') : undefined,
      ]);
      return [name, { ...(candidate === undefined ? {} : { candidate }), champion }];
    }),
  );
  const line: Interval = {
    interval,
    end: stretch.to,
    weight,
    ...(step === undefined ? {} : { step }),
    ...(attempt === undefined ? {} : { attempt }),
    ...(reset ? { reset: true } : {}),
    queries: queriesDigest(record),
    metrics: Object.fromEntries(metrics),
  };
  // An adapter that counts into nonsense must not stop the rollout's evidence.
  const checked = Interval.safeParse(line);
  if (checked.success) return { interval: checked.data, failed, awaited };
  const reason = `the source gave counts that cannot be: ${checked.error.issues[0]?.message ?? 'unknown'}`.slice(
    0,
    500,
  );
  const nothing = Object.keys(line.metrics).map((name) => [name, { champion: { missing: 'failed', reason } }]);
  return { interval: Interval.parse({ ...line, metrics: Object.fromEntries(nothing) }), failed: reason, awaited };
}

async function measure(
  { policy, model, release, previous }: Pick<RolloutRecord, 'policy' | 'model' | 'release' | 'previous'>,
  of: { readonly name: string; readonly arm: 'candidate' | 'champion'; readonly stretch: Stretch },
  openSource: OpenSource,
): Promise<Measured | { readonly kind: 'awaited'; readonly reason: string }> {
  const { name, arm, stretch } = of;
  const metric = policy.metrics[name];
  if (metric?.source === undefined) return { kind: 'failed', reason: 'the policy names no source for it' };
  const version = (arm === 'candidate' ? release : previous)?.version ?? '';
  const question: MetricQuestion = { name, metric, model, arm, version, ...stretch };
  try {
    const source = openSource(metric.source);
    return await inTime(`measure ${name}`, measureMilliseconds, () => source.measure(question));
  } catch (error) {
    const isAwaited = error instanceof AppError && error.code === 'under-way';
    return { kind: isAwaited ? 'awaited' : 'failed', reason: messageOf(error) };
  }
}

const measureMilliseconds = 20_000;

/** What an earlier try had measured takes the place of what failed now. */
export function completed(now: Interval, earlier: Interval): Interval {
  const metrics = Object.entries(now.metrics).map(([name, arms]): [string, MetricArms] => {
    const before = Object.hasOwn(earlier.metrics, name) ? earlier.metrics[name] : undefined;
    if (before === undefined) return [name, arms];
    const candidate = better(arms.candidate, before.candidate);
    return [
      name,
      {
        ...(candidate === undefined ? {} : { candidate }),
        champion: better(arms.champion, before.champion) ?? arms.champion,
      },
    ];
  });
  return { ...now, ...(earlier.reset === true ? { reset: true } : {}), metrics: Object.fromEntries(metrics) };
}

function better(now: Arm | undefined, earlier: Arm | undefined): Arm | undefined {
  if (now === undefined || earlier === undefined) return now;
  const hasFailed = 'missing' in now && now.missing === 'failed';
  return hasFailed && !('missing' in earlier && earlier.missing === 'failed') ? earlier : now;
}

/** What identifies the questions by which a rollout is measured. */
function queriesDigest({ policy, model, release, previous }: Parameters<typeof measure>[0]): string {
  const asked = Object.entries(policy.metrics).map(([name, { kind, source, query }]) => ({
    name,
    kind,
    source,
    query,
  }));
  return digestOf(canonicalJson({ asked, model, candidate: release.version, champion: previous?.version ?? null }));
}

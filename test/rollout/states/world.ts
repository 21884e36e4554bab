import { AppError } from '../../../src/error.ts';
import type { Surroundings } from '../../../src/ports/rollout-log.ts';
import type { Observed, ServedModel, Traffic } from '../../../src/ports/serving.ts';
import type { Judgement, RolloutVerdict } from '../../../src/rollout/judgement.ts';
import type { RolloutOrder, RolloutRecord } from '../../../src/rollout/rollout-record.ts';
import type { Decided, RolloutEvent } from '../../../src/rollout/states/event.ts';
import { judged } from '../../../src/rollout/states/judged.ts';
import { heldState, place } from '../../../src/rollout/states/moves.ts';
import { nextTodo } from '../../../src/rollout/states/next.ts';
import { type Progress, progressAfter } from '../../../src/rollout/states/progress.ts';
import { looked, readBack, refused, validated } from '../../../src/rollout/states/seen.ts';
import { aModel } from '../rollout-builder.ts';

/** One service with its rollouts, writers that may stop between any two steps, and a platform that anybody may change. */
export interface World {
  now: number;
  readonly logs: Map<string, RolloutEvent[]>;
  /** What each log adds up to. */
  readonly known: Map<string, Progress>;
  /** In the order in which they were requested. */
  readonly order: string[];
  lease: { holder: string; fence: number; until: number };
  platform: Traffic & { readonly by: string };
  /** Whether a hand has changed it since the newest write: what comes after the end of a rollout is nobody's to watch. */
  isEdited: boolean;
  /** Every write that the platform took. */
  readonly writes: { readonly traffic: Traffic; readonly holder: string; readonly champion: ServedModel | null }[];
  mode: 'well' | 'away' | 'deaf' | 'late';
  /** What the numbers say of the candidate from now on. */
  verdict: RolloutVerdict;
  /** A write whose answer nobody waited for. */
  late: { readonly traffic: Traffic; readonly holder: string } | null;
}

const start = Date.parse('2026-03-01T12:00:00.000Z');
const quiet = { candidate: null, weight: 0, shadow: 0, audience: null, fence: 0, rollout: '' };

export function aWorld(): World {
  return {
    now: start,
    logs: new Map(),
    known: new Map(),
    order: [],
    lease: { holder: '', fence: 0, until: 0 },
    platform: { ...quiet, champion: aModel('v1'), by: '' },
    isEdited: false,
    writes: [],
    mode: 'well',
    verdict: 'inconclusive',
    late: null,
  };
}

const iso = (world: World) => new Date(world.now).toISOString();

/** Keeps a new rollout, as the store does. */
export function request(world: World, record: RolloutRecord): void {
  if (world.logs.has(record.id)) return;
  const event: RolloutEvent = { kind: 'requested', rollout: record, sequence: 1, at: iso(world), fence: null };
  world.logs.set(record.id, [event]);
  world.known.set(record.id, progressAfter(null, event));
  world.order.push(record.id);
}

export function read(world: World, id: string): Progress {
  const progress = world.known.get(id);
  if (progress === undefined) throw new Error(`no rollout ${id}`);
  return progress;
}

/** Adds what a person asks, as the store does. */
export function order(world: World, id: string, wanted: RolloutOrder): void {
  const before = read(world, id);
  keep(world, before, { kind: 'ordered', order: wanted, by: 'ada' }, null);
}

/** Compare and set, under the lease: what the store's transaction does. */
function append(world: World, before: Progress, decided: Decided, lease: { holder: string; fence: number }): void {
  if (world.lease.holder !== lease.holder || world.lease.fence !== lease.fence) throw new AppError('fenced', 'lost');
  keep(world, before, decided, lease.fence);
}

function keep(world: World, before: Progress, decided: Decided, fence: number | null): void {
  const log = world.logs.get(before.record.id) ?? [];
  if (log.length !== before.record.sequence) throw new AppError('conflict', 'a newer event');
  const event: RolloutEvent = { ...decided, sequence: log.length + 1, at: iso(world), fence };
  world.known.set(before.record.id, progressAfter(before, event));
  log.push(event);
}

function take(world: World, holder: string, above = 0): number | null {
  const { lease } = world;
  const isMine = lease.holder === holder;
  if (!isMine && lease.until > world.now && lease.until <= world.now + 600_000) return null;
  const fence = isMine && lease.fence > above ? lease.fence : Math.max(lease.fence, above) + 1;
  world.lease = { holder, fence, until: world.now + 15_000 };
  return fence;
}

function set(world: World, traffic: Traffic, holder: string): void {
  if (world.platform.fence > traffic.fence) throw new AppError('fenced', 'a higher fence');
  world.platform = { ...traffic, by: holder };
  world.isEdited = false;
  world.writes.push({ traffic, holder, champion: traffic.champion });
}

/** A write that nobody waits for any more comes about. */
export function arriveLate(world: World): void {
  const { late } = world;
  world.late = null;
  if (late !== null && world.platform.fence <= late.traffic.fence) set(world, late.traffic, late.holder);
}

function apply(world: World, traffic: Traffic, holder: string): void {
  if (world.mode === 'away') throw new AppError('unavailable', 'the platform is away');
  if (world.mode === 'late') {
    world.late = { traffic, holder };
    throw new AppError('timed-out', 'no answer');
  }
  if (world.platform.fence > traffic.fence) throw new AppError('fenced', 'a higher fence');
  if (world.mode === 'well') set(world, traffic, holder);
}

function observe(world: World): Observed {
  if (world.mode === 'away') throw new AppError('unavailable', 'the platform is away');
  const { champion, candidate, fence, weight, shadow } = world.platform;
  return {
    fence,
    champion,
    candidate: candidate === null ? null : { ...candidate, ready: true },
    weight,
    shadow,
    trouble: null,
  };
}

function surroundings(world: World, { record }: Progress): Surroundings {
  const at = world.order.indexOf(record.id);
  const all = world.order.map((id) => read(world, id));
  const ended = all.filter(
    (one) =>
      !one.isOpen && one.capability !== null && one.record.id !== record.id && one.record.state.kind !== 'failed',
  );
  const last = ended.at(-1)?.record;
  const harmed = all.find(
    ({ record: other }) =>
      other.id !== record.id &&
      other.release.digest === record.release.digest &&
      other.state.kind === 'rolled-back' &&
      other.state.cause.kind === 'harm',
  );
  return {
    repository: { installation: 1, id: 1, owner: 'acme', name: 'flights' },
    locks: [],
    freezes: [],
    earlier: all.slice(0, at).find(({ isOpen }) => isOpen)?.record ?? null,
    newer: all.slice(at + 1).findLast(({ isOpen }) => isOpen)?.record ?? null,
    served: last === undefined ? undefined : last.state.kind === 'succeeded' ? last.release : last.previous,
    rejected: harmed === undefined ? null : 'it did harm',
  };
}

/** One turn of one writer, which can be left for ever at each `yield`. Its value is when it wants the next one. */
export function* turn(world: World, id: string, holder: string): Generator<string, number | null> {
  const taken = take(world, holder);
  if (taken === null) return world.now + 5000;
  let fence = taken;
  let lookedAt: string | null = null;
  yield 'leased';
  try {
    for (let acts = 0; acts < 40; acts += 1) {
      const progress = read(world, id);
      const around = surroundings(world, progress);
      yield 'read';
      const moment = { now: iso(world), fence };
      const todo = nextTodo(progress, { ...moment, surroundings: around, lookedAt });
      const lease = { holder, fence };
      switch (todo.kind) {
        case 'rest':
          return null;
        case 'stop':
          return world.now + 1000;
        case 'wait':
          return Date.parse(todo.until);
        case 'append':
          append(world, progress, todo.decided, lease);
          break;
        case 'validate':
          append(world, progress, found(world, progress, around), lease);
          break;
        case 'look': {
          lookedAt = moment.now;
          if (world.mode === 'away') break;
          const decided = looked(progress, observe(world), moment);
          yield 'looked';
          if (decided !== null) append(world, progress, decided, lease);
          break;
        }
        case 'seal': {
          const judgement = says(world, progress, todo.interval);
          yield 'measured';
          const sealed = {
            interval: todo.interval,
            from: todo.stretch.from,
            end: todo.stretch.to,
            isCounted: true,
            judgement,
          };
          append(world, progress, judged(progress, { now: iso(world) }, sealed), lease);
          break;
        }
        case 'write': {
          let decided: Decided;
          try {
            apply(world, todo.write.traffic, holder);
            yield 'applied';
            const observed = observe(world);
            lookedAt = iso(world);
            yield 'observed';
            decided = readBack(progress, observed, { now: iso(world) });
          } catch (error) {
            const isShut = error instanceof AppError && error.code === 'fenced';
            const above = isShut ? world.platform.fence : todo.write.traffic.fence;
            const raised = take(world, holder, Math.max(above, fence));
            if (raised === null) return world.now + 5000;
            fence = raised;
            yield 'raised';
            const isWanted = todo.write.purpose === 'rollback' || !isShut;
            decided = isWanted
              ? refused(progress, [String(error)], iso(world))
              : {
                  kind: 'changed',
                  observed: observe(world),
                  difference: 'fence',
                  state: heldState(progress, 'changed-by-hand', iso(world)),
                };
          }
          append(world, progress, decided, { holder, fence });
          break;
        }
        default:
          todo satisfies never;
      }
      yield 'done';
    }
  } catch (error) {
    if (error instanceof AppError) return world.now + 1000;
    throw error;
  }
  return world.now;
}

function found(world: World, progress: Progress, { served }: Surroundings): Decided {
  const now = iso(world);
  if (world.mode === 'away') return refused(progress, ['the platform is away'], now);
  const able = { weights: 'any', mostWeight: 100, shadow: true, header: true, sticky: true, fence: true } as const;
  const history = { wanted: 30, had: 30 };
  return validated(
    progress,
    { capability: { ...able, problems: [] }, observed: observe(world), history, served },
    { now },
  );
}

/** A judgement that says what the world wants of the present step; harm once seen stays. */
function says(world: World, progress: Progress, interval: number): Judgement {
  const before = progress.record.judgement;
  const verdict = before?.verdict === 'fail' ? 'fail' : world.verdict;
  const { step, attempt } = place(progress);
  const isStep = progress.record.state.kind === 'step' || progress.record.state.kind === 'held';
  const decidedAt = verdict === 'pass' || verdict === 'fail' ? interval : null;
  const reason =
    verdict === 'pass' ? 'no-harm' : verdict === 'fail' ? 'harm' : verdict === 'error' ? 'source-down' : 'too-few';
  const others = (before?.steps ?? []).filter((known) => known.step !== step || known.attempt !== attempt);
  const mine = { step, attempt, verdict, reason, exposure: 100, decidedAt } as const;
  const empty = { e: 1, logE: 0, crossedAt: null };
  return {
    verdict: verdict === 'fail' ? 'fail' : 'inconclusive',
    reason: verdict === 'fail' ? 'harm' : 'undecided',
    metric: null,
    decidedAt: verdict === 'fail' ? interval : null,
    metrics: {},
    sampleRatio: { ...empty, seen: null, dispersion: { value: 1, source: 'none' } },
    steps: isStep ? [...others, mine] : others,
  };
}

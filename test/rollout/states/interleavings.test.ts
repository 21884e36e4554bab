import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isEnded, type RolloutOrder } from '../../../src/rollout/rollout-record.ts';
import { stepsOf } from '../../../src/rollout/rollout-steps.ts';
import type { RolloutEvent } from '../../../src/rollout/states/event.ts';
import { place } from '../../../src/rollout/states/moves.ts';
import { type Progress, progressAfter } from '../../../src/rollout/states/progress.ts';
import { aModel, aRollout } from '../rollout-builder.ts';
import { arriveLate, aWorld, order, read, request, turn, type World } from './world.ts';

const cause = { kind: 'command', sentence: 'enough', by: 'ada' } as const;
const orders: readonly RolloutOrder[] = [
  { kind: 'pause' },
  { kind: 'resume' },
  { kind: 'advance' },
  { kind: 'weight', weight: 33 },
  { kind: 'promote' },
  { kind: 'abort', cause },
];

type Command =
  | { readonly do: 'step'; readonly by: 0 | 1; readonly times: number }
  | { readonly do: 'crash'; readonly by: 0 | 1 }
  | { readonly do: 'time'; readonly ms: number }
  | { readonly do: 'verdict'; readonly verdict: World['verdict'] }
  | { readonly do: 'mode'; readonly mode: World['mode'] }
  | { readonly do: 'order'; readonly order: RolloutOrder }
  | { readonly do: 'merge'; readonly version: number; readonly atOnce: boolean }
  | { readonly do: 'edit'; readonly weight: number }
  | { readonly do: 'arrive' };

const writer = fc.constantFrom(0 as const, 1 as const);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('step' as const), by: writer, times: fc.integer({ min: 1, max: 25 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), by: writer }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('time' as const),
      ms: fc.constantFrom(300, 1000, 2000, 20_000, 700_000, -5000, -900_000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('verdict' as const),
      verdict: fc.constantFrom(
        'pass' as const,
        'pass' as const,
        'inconclusive' as const,
        'fail' as const,
        'error' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('mode' as const),
      mode: fc.constantFrom('well' as const, 'well' as const, 'away' as const, 'deaf' as const, 'late' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('order' as const), order: fc.constantFrom(...orders) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('merge' as const),
      version: fc.integer({ min: 2, max: 5 }),
      atOnce: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('edit' as const), weight: fc.constantFrom(0, 1, 60) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('arrive' as const) }) },
);

/** Two writers, each with one turn at a time; the oldest open rollout is what they work on most. */
function play(commands: readonly Command[]): World {
  const world = aWorld();
  const turns: [ReturnType<typeof turn> | null, ReturnType<typeof turn> | null] = [null, null];
  let merges = 0;
  let lives = 0;
  const holders = ['a0', 'b0'];
  const merge = (version: number, atOnce: boolean) => {
    merges += 1;
    const mergeSha = merges.toString(16).padStart(40, '0');
    const rules = { 'bake-minutes': merges % 2, when: { inconclusive: merges % 3 === 0 ? 'rollback' : 'hold' } };
    request(world, aRollout({ release: aModel(`v${version}`), mergeSha, rules, ...(atOnce ? { atOnce } : {}) }));
  };
  merge(2, false);
  for (const one of commands) {
    const open = world.order.filter((id) => read(world, id).isOpen);
    switch (one.do) {
      case 'step':
        for (let done = 0; done < one.times; done += 1) {
          const id = open[done % 3 === 2 ? open.length - 1 : 0];
          const current = turns[one.by] ?? (id === undefined ? null : turn(world, id, holders[one.by] ?? ''));
          if (current === null) break;
          turns[one.by] = current.next().done === true ? null : current;
        }
        break;
      case 'crash':
        turns[one.by] = null;
        lives += 1;
        holders[one.by] = `${one.by}-${lives}`;
        break;
      case 'time':
        world.now += one.ms;
        break;
      case 'verdict':
        world.verdict = one.verdict;
        break;
      case 'mode':
        world.mode = one.mode;
        break;
      case 'order':
        if (open[0] !== undefined) order(world, open[0], one.order);
        break;
      case 'merge':
        merge(one.version, one.atOnce && one.version === 5);
        break;
      case 'edit':
        world.isEdited = true;
        world.platform = { ...world.platform, weight: world.platform.candidate === null ? 0 : one.weight };
        break;
      case 'arrive':
        arriveLate(world);
        break;
      default:
        one satisfies never;
    }
  }
  return world;
}

/** From here on nothing goes wrong: every rollout must come to its end, or to where it waits for a person, who then decides. */
function calm(world: World): void {
  world.mode = 'well';
  world.verdict = 'pass';
  world.late = null;
  for (let rounds = 0; rounds < 900; rounds += 1) {
    const open = world.order.filter((id) => read(world, id).isOpen);
    if (open.length === 0) return;
    let wake = Number.POSITIVE_INFINITY;
    for (const id of open) {
      const { state } = read(world, id).record;
      if (
        rounds > 60 &&
        rounds % 40 === 0 &&
        (state.kind === 'held' || (state.kind === 'step' && state.phase === 'paused'))
      ) {
        order(world, id, rounds > 400 ? { kind: 'abort', cause } : { kind: 'resume' });
      }
      const going = turn(world, id, 'calm');
      let at = going.next();
      while (at.done !== true) at = going.next();
      wake = Math.min(wake, at.value ?? Number.POSITIVE_INFINITY);
    }
    // A clock that was set back by a quarter of an hour makes baking last that much longer.
    world.now = Math.max(world.now + 2000, Math.min(wake, world.now + 20_000));
  }
}

/** Each weight that was raised, with what allowed it, as the log says. */
function checkPermissions(log: readonly RolloutEvent[]): void {
  let before: Progress | null = null;
  for (const event of log) {
    if (event.kind === 'intended' && before !== null && event.purpose !== 'restore') {
      const had = before.settled?.traffic.weight ?? 0;
      const isTakeover =
        before.pending?.purpose === event.purpose && before.pending.traffic.fence < event.traffic.fence;
      const isMore = event.traffic.weight > had || event.purpose === 'finish';
      if (isMore && !isTakeover) checkPermission(before, event, log);
    }
    before = progressAfter(before, event);
  }
}

function checkPermission(
  before: Progress,
  event: Extract<RolloutEvent, { kind: 'intended' }>,
  log: readonly RolloutEvent[],
): void {
  const { permission } = event;
  // What is all at the candidate already becomes final by the permission that brought it there.
  if (event.purpose === 'finish' && before.settled?.purpose === 'promote') return;
  expect(permission).not.toBeNull();
  if (permission?.kind === 'order') {
    expect(log[permission.order - 1]?.kind).toBe('ordered');
  } else if (permission?.kind === 'valid') {
    const isFirst = before.settled === null || ['prepare', 'shadow'].includes(before.settled.purpose);
    expect(isFirst).toBe(true);
    if (before.record.atOnce !== true) expect(event.traffic.weight).toBe(stepsOf(before.record.policy)[0]?.weight);
  } else if (permission?.kind === 'verdict') {
    expect(permission).toMatchObject(place(before));
    const passed = log.some(
      (known) =>
        known.kind === 'judged' &&
        known.sequence < event.sequence &&
        known.interval === permission.interval &&
        known.judgement.steps.some(
          ({ step, attempt, verdict }) =>
            step === permission.step && attempt === permission.attempt && verdict === 'pass',
        ),
    );
    expect(passed).toBe(true);
  }
}

function check(world: World): void {
  const holderOf = new Map<number, string>();
  for (const { traffic, holder } of world.writes) {
    // Two writers never share a fence, and every write was intended before.
    expect(holderOf.get(traffic.fence) ?? holder).toBe(holder);
    holderOf.set(traffic.fence, holder);
    const log = world.logs.get(traffic.rollout) ?? [];
    expect(
      log.some((event) => event.kind === 'intended' && JSON.stringify(event.traffic) === JSON.stringify(traffic)),
    ).toBe(true);
  }
  const fences = world.writes.map(({ traffic }) => traffic.fence);
  expect(fences).toEqual([...fences].sort((a, b) => a - b));
  for (const log of world.logs.values()) checkPermissions(log);
}

function checkSettled(world: World): void {
  const all = world.order.map((id) => read(world, id));
  for (const { record } of all) expect(isEnded(record.state), JSON.stringify(record.state)).toBe(true);
  const last = all
    .filter(({ capability }) => capability !== null)
    .findLast(({ record }) => record.state.kind !== 'failed');
  if (last === undefined) return;
  const { state, release, previous } = last.record;
  const served = state.kind === 'succeeded' ? release : previous;
  expect(world.platform).toMatchObject(world.isEdited ? { champion: served } : { champion: served, weight: 0 });
  const harmful = all.filter(({ record: { state: end } }) => end.kind === 'rolled-back' && end.cause.kind === 'harm');
  for (const { record } of harmful) {
    const later = all.slice(world.order.indexOf(record.id) + 1);
    const again = later.filter(
      ({ record: other }) => other.release.digest === record.release.digest && other.atOnce !== true,
    );
    expect(again.map(({ record: other }) => other.state.kind)).not.toContain('succeeded');
  }
}

it('never writes twice at once, never without a verdict or an order, and comes to an end in any order of events', () => {
  fc.assert(
    fc.property(fc.array(command, { minLength: 10, maxLength: 80 }), (commands) => {
      const world = play(commands);
      check(world);
      calm(world);
      check(world);
      checkSettled(world);
    }),
    {
      numRuns: Number(process.env['SISKIN_INTERLEAVINGS'] ?? 150),
      ...(process.env['SISKIN_SEED'] ? { seed: Number(process.env['SISKIN_SEED']) } : {}),
    },
  );
}, 300_000);

import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runErrands } from '../../../src/decide/rollout/run-errands.ts';
import type { Effect } from '../../../src/effect.ts';
import type { ErrandFacts } from '../../../src/facts/errand-facts.ts';
import { RolloutPolicy } from '../../../src/policy/rollout-policy.ts';
import { noConnections } from '../../../src/rollout/connections.ts';
import { openEngine } from '../../../src/rollout/engine/engine.ts';
import { doErrands } from '../../../src/rollout/errands/do-errands.ts';
import type { ErrandPlan, ErrandResult } from '../../../src/rollout/errands/errand-plan.ts';
import { isEnded, type RolloutOrder } from '../../../src/rollout/rollout-record.ts';
import { openTestStore, repository, type TestStore } from '../../store/test-store.ts';
import { memoryPlatform } from '../memory-platform.ts';
import { memorySource } from '../memory-source.ts';
import { aModel, aRollout, quickPolicy } from '../rollout-builder.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

/** What becomes of a job that a runner takes. */
type Fate =
  | 'well'
  /** It does its work, and what it left is not believed or was never uploaded. */
  | 'unproven'
  /** It is ended before it does anything. */
  | 'cancelled'
  /** Nobody hears of it, until it wakes up much later and does what it was told then. */
  | 'late'
  /** GitHub tells of its end twice. */
  | 'twice';

interface Job {
  readonly plan: ErrandPlan;
  ended: ErrandFacts['ended'];
}

/** The App, a GitHub and a runner around one rollout, with time that moves when somebody waits. */
async function opened(harm: boolean) {
  await test.clear();
  const { store, clock } = test;
  const platform = memoryPlatform(aModel('v1'), () => clock.now.getTime());
  const source = memorySource(() => platform.traffic?.weight ?? 0);
  source.rates = { champion: 0.02, candidate: harm ? 0.5 : 0.02 };
  const rules = { ...quickPolicy, executor: 'runner', 'history-intervals': 30, steps: quickPolicy.steps.slice(1, 2) };
  const rollout = aRollout({ policy: RolloutPolicy.parse(rules) });
  const never = () => expect.fail('the App reached for the platform itself');
  const engine = openEngine({
    log: store.rollouts,
    openServing: never,
    openSource: never,
    clock: () => clock.now,
    holder: 'first',
    leaseSeconds: 15,
  });
  await store.record(repository, { changes: [{ kind: 'request-rollout', rollout }], effects: [] });
  const connections = { ...noConnections, openServing: () => platform, openMetricSource: () => source };
  let job: Job | null = null;
  let claims = 0;
  const late: ErrandPlan[] = [];

  async function app(of: { readonly claim?: string } = {}): Promise<void> {
    const { environment } = rollout;
    const open = await store.readOpenJob(repository.id, { environment });
    if (of.claim !== undefined && open?.claim !== of.claim) return;
    claims += 1;
    const plan = runErrands({
      repository,
      environment,
      queued: await store.listQueuedErrands(repository.id, environment),
      open,
      ended: open !== null && job?.plan.claim === open.claim ? job.ended : null,
      isWatch: of.claim !== undefined,
      branch: 'main',
      freshClaim: `00000000-0000-4000-8000-${String(claims).padStart(12, '0')}`,
      now: clock.now.toISOString(),
    });
    await store.record(repository, { ...plan, effects: [] });
    for (const effect of plan.effects) take(effect);
  }

  function take(effect: Effect): void {
    if (effect.kind === 'dispatch-errands') job = { plan: effect.plan, ended: null };
  }

  const doAll = (plan: ErrandPlan): Promise<ErrandResult['answers']> =>
    doErrands({ connections, plan, now: () => clock.now.getTime() }).then((answers) => [...answers]);

  async function run(fate: Fate): Promise<void> {
    const now = job;
    if (now === null || now.ended !== null || late.includes(now.plan)) return;
    const { claim } = now.plan;
    if (fate === 'late') {
      late.push(now.plan);
      return;
    }
    const answers = fate === 'cancelled' ? [] : await doAll(now.plan);
    const isBelieved = fate === 'well' || fate === 'twice';
    now.ended = isBelieved
      ? { kind: 'answers', answers }
      : { kind: 'none', reason: 'expected the artifact, found none' };
    await app({ claim });
    if (fate === 'twice') await app({ claim });
  }

  return {
    platform,
    app,
    run,
    late,
    doAll,
    job: () => job?.plan ?? null,
    async order(order: RolloutOrder) {
      const { id, sequence } = (await store.readRollout(rollout.id)) ?? expect.fail();
      const change = { kind: 'order-rollout', rollout: id, sequence, order, by: 'ada' } as const;
      await store.record(repository, { changes: [change], effects: [] });
    },
    read: async () => (await store.readRollout(rollout.id)) ?? expect.fail(),
    async turn() {
      const turn = await engine.turn(rollout.id);
      if (turn.kind === 'asleep' && Date.parse(turn.until) > clock.now.getTime()) clock.now = new Date(turn.until);
      else clock.now = new Date(clock.now.getTime() + 500);
    },
    pass: (seconds: number) => {
      clock.now = new Date(clock.now.getTime() + seconds * 1000);
    },
  };
}

const fates = fc.constantFrom<Fate>('well', 'well', 'unproven', 'cancelled', 'late', 'twice');

it('comes to its end by jobs that are lost, late, cancelled or told twice, and no late one moves any traffic', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(fates, { maxLength: 8 }), async (harm, bad) => {
      const world = await opened(harm);
      const ahead = [...bad];
      for (let turns = 0; turns < 200 && !isEnded((await world.read()).state); turns += 1) {
        await world.turn();
        await world.app();
        await world.run(ahead.shift() ?? 'well');
        if (world.late.length > 0 && turns % 10 === 9) world.pass(1100);
        const before = world.platform.history.length;
        for (const plan of world.late) if (Date.parse(plan.until) < test.clock.now.getTime()) await world.doAll(plan);
        expect(world.platform.history).toHaveLength(before);
      }
      const { state } = await world.read();
      const { traffic, history } = world.platform;

      expect(state.kind).toBe(harm ? 'rolled-back' : 'succeeded');
      expect(traffic).toMatchObject({ champion: { version: harm ? 'v1' : 'v2' }, candidate: null, weight: 0 });
      const fences = history.map((one) => one.traffic.fence);
      expect(fences).toEqual([...fences].sort((a, b) => a - b));
    }),
    { numRuns: Number(process.env['SISKIN_ERRANDS'] ?? 4), endOnFailure: true },
  );
}, 60_000);

it('lets a job that was overtaken by a rollback set nothing any more, even while its time lasts', async () => {
  const world = await opened(false);
  const isStep = (plan: ErrandPlan | null) =>
    plan?.errands.some(({ errand }) => errand.kind === 'apply' && errand.traffic.weight > 0) === true;
  while (!isStep(world.job())) {
    await world.turn();
    await world.app();
    if (!isStep(world.job())) await world.run('well');
  }
  const overtaken = world.job() ?? expect.fail();
  const cause = { kind: 'command', sentence: 'ada asked for it', by: 'ada' } as const;
  await world.order({ kind: 'abort', cause });
  while (!isEnded((await world.read()).state)) {
    await world.turn();
    await world.app();
    if (world.job() !== overtaken) await world.run('well');
  }
  const answers = await world.doAll(overtaken);

  expect(Date.parse(overtaken.until)).toBeGreaterThan(test.clock.now.getTime());
  expect(answers).toMatchObject([{ answer: { kind: 'refused', code: 'fenced' } }]);
  expect(world.platform.traffic).toMatchObject({ candidate: null, weight: 0 });
}, 60_000);

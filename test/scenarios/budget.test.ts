import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PullIssue } from '../../sandbox/github/shape/pull.ts';
import type { Repository } from '../../sandbox/github/state.ts';
import { lateArrivals, policy, scores } from './late-arrivals.ts';
import { openScenario, type Scenario } from './scenario.ts';

let scenario: Scenario;
beforeAll(async () => {
  scenario = await openScenario();
});
afterAll(() => scenario[Symbol.asyncDispose]());

const runsOf = (repository: Repository) => scenario.world.github.actions.runsOf(repository);
/** Numbers are set with a narrow space. */
const sticky = (pull: PullIssue) => (scenario.outcome(pull).comments[0] ?? '').replaceAll('\u202F', ' ');

const budget = `budget:
  price-per-hour: { gpu: 2.5, ubuntu-latest: 0.5 }
  limits: [{ per: repository, window: day, hours: 1 }]
`;

describe('a team whose GPU hours are counted', () => {
  let repository: Repository;
  let pull: PullIssue;
  let pushedAt = 0;
  beforeAll(async () => {
    repository = await scenario.adopt('counted', {
      ...lateArrivals,
      '.github/siskin.yml': `${policy()}${budget}`,
    });
    pull = await scenario.propose(repository, { branch: 'change', files: { 'scores.csv': scores('bad') } });
    await scenario.rest();
  });

  it('sees why nothing was started, and no GPU has run', () => {
    expect(runsOf(repository)).toHaveLength(0);
    expect(scenario.check(pull, 'siskin: late').conclusion).toBe('neutral');
    expect(scenario.check(pull, 'siskin: late').output.title).toContain(
      'Over budget: the budget of this repository today',
    );
    expect(sticky(pull)).toMatch(
      /has 1\.00 h left of 1\.00 h, and this run would take up to 2\.17 h[\s\S]*`\/approve-budget/,
    );
  });

  it('has it approved by somebody who may, and sees what it took and what is left', async () => {
    const refused = scenario.say(pull, '/approve-budget');
    await scenario.rest();
    scenario.say(pull, '/approve-budget', 'ada');
    await scenario.rest();

    expect(refused.reactions.map(({ content }) => content)).toContain('-1');
    expect(runsOf(repository)).toHaveLength(1);
    // There is no champion to compare with: the first push was over the budget, too.
    expect(scenario.check(pull, 'siskin: late').conclusion).toBe('action_required');
    expect(sticky(pull)).toMatch(
      /· ran [^·]+ on `gpu` · .*0\.00\d* runner h · \$0\.0\d+ \(set aside \$3\.42\) · budget left today (?:0\.99|1\.00) h/,
    );
  });

  it('needs no approval for the next commit, because it is known by now how little it takes', async () => {
    await scenario.push(repository, {
      branch: 'change',
      files: { 'scores.csv': scores('good'), 'train.sh': `${lateArrivals['train.sh']}# again\n` },
    });
    pushedAt = Date.now();
    await scenario.rest();

    expect(runsOf(repository)).toHaveLength(2);
    expect(sticky(pull)).toMatch(/\(estimated \$0\.00\d*\)/);
  });

  it('compares the two candidates with each other, and the verdict stays', async () => {
    const before = scenario.check(pull, 'siskin: late').output.title;
    // Within five seconds of a push nobody can tell which commit a command is about.
    await setTimeout(Math.max(0, pushedAt + 7000 - Date.now()));
    scenario.say(pull, '/compare');
    await scenario.rest();
    const answer = scenario.outcome(pull).comments.at(-1) ?? '';

    expect(runsOf(repository)).toHaveLength(3);
    expect(answer).toMatch(
      /^\*\*Compared\*\* `late` of this commit `[0-9a-f]{7}` with that of `[0-9a-f]{7}`, both on the same 200 rows/,
    );
    expect(answer).toMatch(/ROC AUC \| 0\.107 \| 0\.893 \| ▲.\+0\.787.\(\+0\.\d+.….\+0\.\d+\)/);
    expect(scenario.check(pull, 'siskin: late').output.title).toBe(before);
  });
});

describe('a training whose machine is taken away', () => {
  it('goes on from its checkpoint on another machine by itself, in the same run', async () => {
    // The first attempt saves what it has and would go on for ever.
    const resumable = `saved="$SISKIN_CHECKPOINT/half"\nif [ ! -f "$saved" ]; then echo half > "$saved"; echo saved half; sleep 600; fi\n${lateArrivals['train.sh']}`;
    const repository = await scenario.adopt('spot', lateArrivals);
    const pull = await scenario.propose(repository, { branch: 'change', files: { 'train.sh': resumable } });
    const log = () => runsOf(repository).at(-1)?.attempts[0]?.jobs[0]?.log.join('') ?? '';
    while (!log().includes('\nsaved half') && !log().includes('Z saved half')) await setTimeout(50);
    await scenario.lose('train (late)', 'noticed');
    await scenario.rest();
    const lost = scenario.check(pull, 'siskin: late');
    const waiting = { status: lost.status, title: lost.output.title };
    scenario.pass(61);
    await scenario.rest();

    expect(waiting.status).toBe('queued');
    expect(waiting.title).toMatch(/its machine was lost, it runs again at .* UTC \(attempt 2\)/);
    expect(
      runsOf(repository)
        .at(-1)
        ?.attempts.map(({ conclusion }) => conclusion),
    ).toEqual(['failure', 'success']);
    expect(scenario.check(pull, 'siskin: late').conclusion).toBe('success');
  });
});

describe('a runner that nobody started', () => {
  it('is asked for by its labels', async () => {
    const repository = await scenario.adopt('queued', {
      ...lateArrivals,
      '.github/siskin.yml': policy({ runner: 'nobody' }),
    });
    const pull = await scenario.propose(repository, { branch: 'change', files: { 'scores.csv': scores('bad') } });
    await scenario.rest();
    // The App's clock began an hour behind.
    scenario.pass(3600 + 660);
    await scenario.rest();

    expect(scenario.check(pull, 'siskin: late').output.title).toMatch(
      /no runner with the labels nobody has taken it since/,
    );
    scenario.say(pull, '/cancel');
    await scenario.rest();
    expect(sticky(pull)).toContain('**Stopped** before a machine took it; of what was set aside 2.17 h are saved.');
  });
});

it('all of that is as GitHub describes it', () => {
  expect(scenario.conformance.violations).toEqual([]);
});

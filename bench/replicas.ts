import { setTimeout } from 'node:timers/promises';
import type { Repository } from '../sandbox/github/state.ts';
import { openStage } from '../test/wider/crash/stage.ts';
import { type Bench, type Figure, figure } from './figure.ts';

const repositories = 12;
const pullsEach = 5;
const rounds = 3;

/** Pull requests whose webhooks arrive at once, worked through by one and by three processes on one PostgreSQL. */
export const replicas: Bench = {
  name: 'replicas',
  async run(say) {
    if (process.env['SISKIN_TEST_DATABASE_URL'] === undefined) {
      say('left out: it needs a PostgreSQL server; run `bash .ci/with-postgresql npm run bench -- replicas`');
      return [];
    }
    const figures: Figure[] = [];
    for (const count of [1, 3]) {
      const rates = await ratesOf(count);
      say(`${count} of the App: ${rates.map((rate) => rate.toFixed(1)).join(', ')} pull requests a second`);
      figures.push(
        figure({
          name: `pull requests worked through, ${count} of the App on PostgreSQL`,
          samples: rates,
          unit: '/s',
          note: 'documentation only; from webhook to check, on one machine with the local GitHub',
        }),
      );
    }
    return figures;
  },
};

async function ratesOf(count: number): Promise<readonly number[]> {
  await using stage = await openStage({ replicas: count, reconcileSeconds: 300 });
  const { github, registered } = stage;
  github.createUser({ login: 'ada' });
  const shops: Repository[] = [];
  for (let index = 0; index < repositories; index += 1) {
    shops.push(await github.createRepository({ owner: 'ada', name: `shop-${index}`, files }));
  }
  github.install(registered, shops);
  await stage.until('the repositories to be looked at', () => github.calls.length >= repositories * 3);
  await setTimeout(2000);
  const spread = github.faults.onWebhook;
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    github.faults.onWebhook = (webhook) => {
      spread(webhook);
      return 'hold';
    };
    for (const repository of shops) {
      for (let pull = 0; pull < pullsEach; pull += 1) {
        const branch = `words-${round}-${pull}`;
        const change = { 'README.md': `${branch}\n` };
        await github.commitFiles({ repository, branch, message: branch, files: change, author: 'ada' });
        await github.openPullRequest({ repository, author: 'ada', title: branch, head: branch });
      }
    }
    github.faults.onWebhook = spread;
    const checks = () => shops.reduce((sum, { checkRuns }) => sum + checkRuns.size, 0);
    const wanted = checks() + repositories * pullsEach;
    const started = performance.now();
    github.faults.releaseWebhooks();
    while (checks() < wanted) await setTimeout(5);
    rates.push((repositories * pullsEach) / ((performance.now() - started) / 1000));
    await setTimeout(1000);
  }
  return rates;
}

const files = {
  'README.md': 'A shop.\n',
  '.github/siskin.yml': `version: 1
models:
  fraud:
    task: binary
    target: label
    data: { train: data/train.csv, holdout: data/holdout.csv }
    model: models/fraud.onnx
    metrics:
      roc-auc: { not-worse-by: 0.005 }
`,
  'models/fraud.onnx': 'one',
};

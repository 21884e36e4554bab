import { setTimeout } from 'node:timers/promises';
import type { Repository } from '../sandbox/github/state.ts';
import { openStage, type Stage } from '../test/wider/crash/stage.ts';
import { shopFiles } from '../test/wider/crash/story.ts';
import { type Bench, type Figure, figure } from './figure.ts';

const rounds = 5;

/** From the kill of a process to the end of what it had in hand, which its successor or another replica goes on with. */
export const recover: Bench = {
  name: 'recover',
  async run(say) {
    const isServer = process.env['SISKIN_TEST_DATABASE_URL'] !== undefined;
    const figures: Figure[] = [];
    for (const replicas of isServer ? [1, 3] : [1]) {
      const where = isServer ? `${replicas} of the App on PostgreSQL` : 'PGlite';
      await using stage = await openStage({ replicas, reconcileSeconds: 300 });
      const { github, registered } = stage;
      github.createUser({ login: 'ada' });
      const shop = await github.createRepository({ owner: 'ada', name: 'shop', files: shopFiles });
      github.install(registered, [shop]);
      await stage.until('the repository to be looked at', () => github.calls.length > 3);
      await setTimeout(2000);
      const seconds: number[] = [];
      for (let round = 0; round < rounds; round += 1) seconds.push(await killAndWait(stage, { shop, round }));
      say(`${where}: ${seconds.map((one) => one.toFixed(1)).join(' ')} s`);
      figures.push(
        figure({
          name: `killed while it reads → comment, check and run, ${where}`,
          samples: seconds,
          unit: 's',
          promise: { text: '< 30 s', most: 30, of: 'most' },
          note: replicas === 1 ? 'started again at once; its start included' : 'all three killed and started again',
        }),
      );
    }
    return figures;
  },
};

/** Kills every process in the middle of a delivery's reads; seconds until all that it asked for stands on GitHub. */
async function killAndWait(
  { github, registered, replicas, until }: Stage,
  { shop, round }: { readonly shop: Repository; readonly round: number },
): Promise<number> {
  const branch = `change-${round}`;
  const change = { 'models/fraud.onnx': branch };
  const head = await github.commitFiles({ repository: shop, branch, message: branch, files: change, author: 'ada' });
  const pull = await github.openPullRequest({ repository: shop, author: 'ada', title: branch, head: branch });
  const observer = Promise.withResolvers<void>();
  const onRequest = ({ path }: { readonly path: string }) => {
    if (path.endsWith(`/pulls/${pull.number}`)) observer.resolve();
  };
  github.observers.add({ onRequest });
  await observer.promise;
  replicas.killAll();
  const killed = performance.now();
  const runs = github.actions.runsOf(shop).length;
  await until('what was asked for', () => {
    const isChecked = [...shop.checkRuns.values()].some(
      ({ suite }) => suite.headSha === head && suite.app === registered.app,
    );
    const isTold = [...shop.comments.values()].some(({ issue }) => issue === pull);
    return isChecked && isTold && github.actions.runsOf(shop).length > runs;
  });
  return (performance.now() - killed) / 1000;
}

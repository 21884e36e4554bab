import { type Bench, figure } from './figure.ts';
import { openLocalApp } from './local-app.ts';

const rounds = 3;
const repositories = 5;
const pullsEach = 6;

/** Pull requests whose webhooks all arrive at once, until the App has nothing left to do. */
export const sustain: Bench = {
  name: 'sustain',
  async run(say) {
    await using local = await openLocalApp('unlimited');
    const { github, app } = local;
    const adopted = [];
    for (let index = 0; index < repositories; index++) adopted.push(await local.adopt(`shop-${index}`));
    const rates: number[] = [];
    const costs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      github.faults.onWebhook = () => 'hold';
      for (let pull = 0; pull < pullsEach; pull++)
        for (const repository of adopted) await local.propose(repository, 'README.md');
      github.faults.onWebhook = () => null;
      const before = github.deliveries.length;
      const cpu = process.cpuUsage();
      const started = performance.now();
      github.faults.releaseWebhooks();
      await local.rest();
      const seconds = (performance.now() - started) / 1000;
      const spent = process.cpuUsage(cpu);
      const pulls = github.deliveries.slice(before).filter(({ event }) => event === 'pull_request').length;
      rates.push(pulls / seconds);
      costs.push((spent.user + spent.system) / 1000 / pulls);
      say(`${pulls} pull requests opened in ${repositories} repositories: ${(pulls / seconds).toFixed(1)} a second`);
      await app.idle();
    }
    return [
      figure({
        name: 'pull requests worked through, sustained',
        samples: rates,
        unit: '/s',
        note: 'documentation only; from webhook to check, with 5 reads and 1 write of GitHub each',
      }),
      figure({
        name: 'processor time of one of them',
        samples: costs,
        unit: 'ms',
        note: "the local GitHub's share included, git and all",
      }),
    ];
  },
};

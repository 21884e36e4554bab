import { type Bench, type Figure, figure } from './figure.ts';
import { measureRun } from './finish-run.ts';
import { openLocalApp } from './local-app.ts';

const [mostReads, mostWrites] = [10, 6];

/** What the App asks of GitHub for each kind of event. */
export const calls: Bench = {
  name: 'calls',
  async run(say) {
    await using local = await openLocalApp('unlimited');
    const { github } = local;
    const repository = await local.adopt('shop');
    // The first event also asks for a token and our name; those below are like all others after it.
    await local.propose(repository, 'README.md');
    await local.rest();
    const figures: Figure[] = [];
    const count = async (event: string, cause: () => unknown, webhooks = 1): Promise<void> => {
      // A comment is edited a few times a minute at most; this minute is a new one.
      local.pass(61);
      const before = github.calls.length;
      await cause();
      await local.rest();
      const made = github.calls
        .slice(before)
        .filter(({ identity, route }) => identity.startsWith('installation:') && !route.includes('access_tokens'));
      const gets = made.filter(({ method }) => method === 'GET').length;
      const [reads, writes] = [gets / webhooks, (made.length - gets) / webhooks];
      say(`${event}: ${reads} reads, ${writes} writes`);
      const promises = { reads: [reads, mostReads], writes: [writes, mostWrites] } as const;
      for (const [kind, [made, most]] of Object.entries(promises))
        figures.push(
          figure({ name: `${kind}: ${event}`, samples: [made], unit: '', promise: { text: `≤ ${most}`, most } }),
        );
    };
    const docs = () => local.propose(repository, 'README.md');
    await count('pull request opened, documentation only', docs);
    const pull = await local.propose(repository, 'models/fraud.onnx');
    await local.rest();
    await local.nextRun();
    const { number } = pull;
    const branch = pull.pull.head.ref;
    const push = (content: string) =>
      github.commitFiles({
        repository,
        branch,
        message: content,
        files: { 'models/fraud.onnx': content },
        author: 'ada',
      });
    // A dispatch makes GitHub tell of the run, which is an event of its own.
    github.faults.onWebhook = ({ event }) => (event === 'workflow_run' ? 'hold' : null);
    await count('pull request opened, model changed', () => local.propose(repository, 'models/fraud.onnx'));
    await local.nextRun();
    await count('push to a pull request, its run replaced', () => push('two'));
    github.faults.onWebhook = () => null;
    // Both runs, of the two pull requests above.
    await count('run requested', () => github.faults.releaseWebhooks(), 2);
    const complete = await measureRun(github, await local.nextRun());
    await local.rest();
    await count('run completed', complete);
    await count('command /status', () => github.comment({ repository, number, author: 'ada', body: '/status' }));
    await count('pull request closed', () => github.closePullRequest({ repository, number, by: 'ada' }));
    return figures;
  },
};

import type { LoggedCall } from '../sandbox/github/server/server.ts';
import { type Bench, type Figure, figure } from './figure.ts';
import { measureRun } from './finish-run.ts';
import { type LocalApp, openLocalApp } from './local-app.ts';

const rounds = 15;

/** From the webhook that a run completed to the verdict: its comment, and its check. */
export const conclude: Bench = {
  name: 'conclude',
  async run(say) {
    const figures: Figure[] = [];
    for (const pace of ['polite', 'unlimited'] as const) {
      await using local = await openLocalApp(pace);
      const repository = await local.adopt('shop');
      const waits: number[] = [];
      for (let round = 0; round < rounds; round++) waits.push(await concludeOne(local, repository));
      const words = pace === 'polite' ? 'politely, as on github.com' : 'as quickly as it can';
      figures.push(
        figure({
          name: `run completed → comment and check (${words})`,
          samples: waits,
          unit: 's',
          promise: { text: 'p95 < 5 s', most: 5 },
          note: 'the artifact is there; the webhook is sent, the App reads it, judges and writes',
        }),
      );
      say(`${words}: ${waits.map((wait) => wait.toFixed(1)).join(' ')} s`);
    }
    return figures;
  },
};

async function concludeOne(local: LocalApp, repository: Parameters<LocalApp['propose']>[0]): Promise<number> {
  const { github } = local;
  await local.propose(repository, 'models/fraud.onnx');
  const complete = await measureRun(github, await local.nextRun());
  await local.rest();
  let last = Number.NaN;
  const written = { comment: 0, check: 0 };
  const onExchange = ({ call }: { readonly call: LoggedCall }) => {
    if (!call.identity.startsWith('installation:') || call.method === 'GET') return;
    if (call.route.endsWith('/issues/comments/{comment_id}')) written.comment++;
    else if (call.route.endsWith('/check-runs/{check_run_id}')) written.check++;
    else return;
    last = performance.now();
  };
  const observer = { onExchange };
  github.observers.add(observer);
  const started = performance.now();
  complete();
  await local.rest();
  github.observers.delete(observer);
  if (written.comment === 0 || written.check === 0)
    throw new Error(`expected a comment and a check, found ${written.comment} and ${written.check}`);
  return (last - started) / 1000;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureRun } from '../../../bench/finish-run.ts';
import type { RequestedRun } from '../../../sandbox/github/actions-backend.ts';
import type { PullIssue } from '../../../sandbox/github/shape/pull.ts';
import type { Repository } from '../../../sandbox/github/state.ts';
import type { Stage } from './stage.ts';

/** Every kind of effect at least once, each scene after the one before has had its effect. Returns the commits. */
export async function play(
  stage: Stage,
  { beforeRest }: { readonly beforeRest?: () => void } = {},
): Promise<readonly string[]> {
  const { github } = stage;
  github.createUser({ login: 'ada' });
  const shop = await github.createRepository({ owner: 'ada', name: 'shop', files: shopFiles });
  const bare = await github.createRepository({ owner: 'ada', name: 'bare', files: { 'train.py': 'print(1)\n' } });
  const commits = [await tipOf(shop, 'main'), await tipOf(bare, 'main')];
  const runs = takeRuns(stage);
  const push = async (branch: string, files: Readonly<Record<string, string>>): Promise<string> => {
    const sha = await github.commitFiles({ repository: shop, branch, message: branch, files, author: 'ada' });
    commits.push(sha);
    return sha;
  };
  github.install(stage.registered, [shop, bare]);

  await stage.until('the proposal of a policy', () => bare.issues.size === 1);

  await push('better', { 'models/fraud.onnx': 'two' });
  const pull = await github.openPullRequest({ repository: shop, author: 'ada', title: 'Better', head: 'better' });
  const comments = () => [...shop.comments.values()].filter(({ issue }) => issue === pull);
  const outdated = await runs.next('leave');
  await stage.until('a link to the run', () => comments().some(({ body }) => body.includes(`/runs/${outdated.id}`)));
  await push('better', { 'models/fraud.onnx': 'three' });
  await stage.until('the cancelling of the outdated run', () => isCancelled(stage, outdated));
  (await runs.next())();
  await stage.until('a verdict', () => conclusion(shop, pull) === 'success');

  const say = (body: string) => github.comment({ repository: shop, number: pull.number, author: 'ada', body });
  say('/help');
  await stage.until('an answer', () => comments().length === 3);
  say('/trian');
  await stage.until('a refusal', () => comments().length === 5);
  // Named, because a person could not have seen the head within the seconds that pass here.
  const asked = say(`/evaluate @${pull.pull.head.sha}`);
  (await runs.next())();
  await stage.until('a rocket', () => asked.reactions.some(({ content }) => content === 'rocket'));
  await stage.until('a second verdict', () => conclusion(shop, pull) === 'success');

  await push('words', { 'README.md': 'More words.\n' });
  const words = await github.openPullRequest({ repository: shop, author: 'ada', title: 'Words', head: 'words' });
  await stage.until('a verdict about words', () => conclusion(shop, words) !== null);
  await github.closePullRequest({ repository: shop, number: words.number, by: 'ada' });
  commits.push(await github.mergePullRequest({ repository: shop, number: pull.number, by: 'ada' }));
  (await runs.next())();
  beforeRest?.();
  await stage.rest();
  return commits;
}

/** Runs as the App dispatches them; each is measured at once, and completes when it is told to. */
function takeRuns({ github, until }: Stage) {
  const runs: RequestedRun[] = [];
  github.actions.backend.onRun((run) => {
    runs.push(run);
    github.actions.backend.cancellation(run.id).addEventListener('abort', () => {
      github.actions.backend.completeRun(run.id, 'cancelled');
    });
  });
  return {
    /** The oldest run that nobody took yet. */
    async next(fate: 'measure' | 'leave' = 'measure'): Promise<(() => void) & { readonly id: number }> {
      await until('a run', () => runs.length > 0);
      // The line above waited for it.
      const run = runs.shift() as RequestedRun;
      const complete = fate === 'measure' ? await measureRun(github, run) : () => {};
      return Object.assign(complete, { id: run.id });
    },
  };
}

function isCancelled({ github }: Stage, run: { readonly id: number }): boolean {
  return github.actions.backend.cancellation(run.id).aborted;
}

/** The conclusion of the worst-named of our checks on the head: null while any goes on or none is there. */
function conclusion(repository: Repository, pull: PullIssue): string | null {
  const checks = [...repository.checkRuns.values()].filter(
    ({ suite, name }) => suite.headSha === pull.pull.head.sha && name.startsWith('siskin'),
  );
  return checks.length > 0 && checks.every((check) => check.status === 'completed')
    ? (checks[0]?.conclusion ?? null)
    : null;
}

async function tipOf(repository: Repository, branch: string): Promise<string> {
  return (await repository.git.ref(`refs/heads/${branch}`))?.sha ?? '';
}

const root = join(import.meta.dirname, '..', '..', '..');
/** A repository with one model, whose file is committed. */
export const shopFiles = {
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
  '.github/workflows/siskin.yml': readFileSync(join(root, 'templates/workflows/siskin.yml'), 'utf8'),
  'data/train.csv': 'hour,label\n1,0\n',
  'data/holdout.csv': 'hour,label\n2,1\n',
  'models/fraud.onnx': 'one',
};

import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Conformance } from '../../sandbox/github/conformance.ts';
import type { IssueComment, Repository, ReviewComment } from '../../sandbox/github/state.ts';
import { publishedConformance } from '../sandbox/github/stage.ts';
import { type RunnerWorld, type RunReport, startWorld } from '../sandbox/runner/world.ts';
import { builtActions } from '../scenarios/built-actions.ts';

const root = join(import.meta.dirname, '../..');

/** The workflow as the action's README shows it. */
const workflow =
  /```yaml\n([\s\S]*?)```/.exec(readFileSync(join(root, 'actions/hygiene/README.md'), 'utf8'))?.[1] ?? '';

/** A workflow with two mistakes: it checks the pull request out before the action runs, and forgets a permission. */
const careless = `name: Careless
on: { pull_request: { paths: ['trap/**'] } }
jobs:
  hygiene:
    runs-on: ubuntu-latest
    permissions: { contents: read, pull-requests: read }
    steps:
      - uses: actions/checkout@v5
      - run: ls dangerfile.js
      - uses: siskin-dev/siskin/actions/hygiene@v0
`;

const policy = `version: 1
models:
  late:
    task: binary
    target: late
    data: { train: data/train.csv, holdout: data/holdout.csv, schema: data/schema.yml }
    train: { command: python train.py, output: out/late.onnx }
    metrics: { roc-auc: { not-worse-by: 0.005 } }
`;

/** The files of `main` before anybody proposes anything. */
export const before = {
  '.github/workflows/hygiene.yml': workflow,
  '.github/workflows/careless.yml': careless,
  '.github/siskin.yml': policy,
  'data/train.csv': 'id,late\n1,0\n',
  'data/holdout.csv': 'id,late\n2,0\n',
  'data/schema.yml': 'version: 1\ncolumns: {}\n',
  'train.py': 'import os\nseed = int(os.environ["SISKIN_SEED"])\n',
  'requirements.txt': 'numpy==2.1.0\n',
  'old.ipynb': JSON.stringify({ cells: [{ outputs: [{}] }], metadata: { a: 1, b: 2, c: 3, d: 4 } }, null, 1),
} as const;

/** A repository that runs the hygiene action on every pull request, as a release of Siskin has it. */
export interface HygieneStage extends AsyncDisposable {
  readonly world: RunnerWorld;
  readonly conformance: Conformance;
  /** Commits to a branch, opens a pull request of it unless there is one, and waits for the action. */
  push(change: {
    readonly branch: string;
    readonly files: Readonly<Record<string, string | Uint8Array | null>>;
    readonly repository?: Repository;
    readonly author?: string;
  }): Promise<{
    readonly number: number;
    readonly reports: Readonly<Record<string, RunReport>>;
    readonly report: RunReport;
  }>;
  comments(number: number): readonly IssueComment[];
  lineComments(number: number): readonly ReviewComment[];
}

export async function openHygieneStage(): Promise<HygieneStage> {
  await builtActions();
  const folder = mkdtempSync(join(tmpdir(), 'siskin-hygiene-'));
  const action = 'actions/hygiene';
  for (const part of ['action.yml', 'dist']) {
    cpSync(join(root, action, part), join(folder, action, part), { recursive: true });
  }
  const world = await startWorld(before, { actions: { 'siskin-dev/siskin': folder } });
  const { github, repository, runner } = world;
  const conformance = publishedConformance();
  github.observers.add(conformance.observer);
  const pullOf = (head: Repository, branch: string) =>
    [...repository.issues.values()].find(({ pull }) => pull?.head.ref === branch && pull.head.repository === head);
  const issueOf = (number: number) => {
    const issue = repository.issues.get(number);
    if (issue === undefined) throw new Error(`expected pull request ${number}, found none`);
    return issue;
  };
  return {
    world,
    conformance,
    async push({ branch, files, repository: head = repository, author = 'ada' }) {
      const known = pullOf(head, branch);
      await github.commitFiles({ repository: head, branch, message: `Work on ${branch}`, files, author });
      const opened =
        known ??
        (await github.openPullRequest({ repository, author, title: branch, head: branch, headRepository: head }));
      await github.settled();
      await runner.idle();
      await github.settled();
      const { runs } = github.actions.state.of(repository);
      const reports = Object.fromEntries([...runs.values()].map((run) => [run.workflow.name, world.report(run)]));
      const report = reports['Hygiene'];
      if (report === undefined) throw new Error('expected a run of the workflow, found none');
      return { number: opened.number, report, reports };
    },
    comments: (number) => [...repository.comments.values()].filter(({ issue }) => issue.number === number),
    lineComments: (number) => issueOf(number).pull?.reviews.flatMap(({ comments }) => comments) ?? [],
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

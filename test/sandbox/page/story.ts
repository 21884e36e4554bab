import { type Page, startPage } from '../../../sandbox/page/page.ts';
import type { PullView } from '../../../src/decide/view.ts';
import { renderChecks } from '../../../src/render/checks.ts';
import { renderComment } from '../../../src/render/comment.ts';
import { type Stage, setStage } from '../github/stage.ts';

/** A local GitHub with a pull request of grace's, what Siskin says of it, and the page that shows it. */
export interface Story extends AsyncDisposable {
  readonly stage: Stage;
  readonly page: Page;
  readonly number: number;
  /** The HTML of a path of the page. */
  read(path: string): Promise<string>;
}

/** Opens the pull request and publishes each view's checks and the comment. */
export async function startStory(options: {
  readonly view: PullView;
  readonly said?: readonly string[];
}): Promise<Story> {
  await using opening = new AsyncDisposableStack();
  const stage = opening.use(await setStage());
  const { github, repository } = stage;
  github.createUser({ login: 'grace' });
  github.grantRole({ repository, login: 'grace', role: 'write' });
  const head = await github.commitFiles({
    repository,
    branch: 'june',
    message: 'Add June\n\nThe first month of summer.',
    files: { 'data/june.csv': 'delay\n1\n12\n', 'docs/june.md': '# June\n' },
    author: 'grace',
  });
  const { number } = await github.openPullRequest({
    repository,
    author: 'grace',
    title: 'Train on June, too',
    body: 'June is in. **Delays** are longer; let us see what it does.',
    head: 'june',
  });
  const bot = await stage.asInstallation();
  const place = { owner: 'ada', repo: 'flights' };
  for (const check of renderChecks(options.view)) {
    await bot.rest.checks.create({
      ...place,
      name: check.name,
      head_sha: head,
      status: check.status,
      ...(check.conclusion === null ? {} : { conclusion: check.conclusion }),
      output: { title: check.title, summary: check.summary, ...(check.text === '' ? {} : { text: check.text }) },
    });
  }
  await bot.rest.issues.createComment({ ...place, issue_number: number, body: renderComment(options.view) });
  for (const body of options.said ?? []) {
    const { id } = github.comment({ repository, number, author: 'grace', body });
    await bot.rest.reactions.createForIssueComment({ ...place, comment_id: id, content: 'eyes' });
  }
  const page = opening.use(await startPage({ apiUrl: github.apiUrl, token: github.userToken('ada') }));
  const held = opening.move();
  return {
    stage,
    page,
    number,
    read: async (path) => await (await fetch(`${page.url}${path}`)).text(),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

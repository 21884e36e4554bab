import type { Repository } from '../intent.ts';
import type { AppIdentity } from '../observe.ts';
import { type Github, once, routeOf } from './connection.ts';
import { askingFor } from './failure.ts';

/** The number of the open issue of ours that holds this marker, or of a new one; null where issues are switched off. */
export async function openIssue(
  github: Github,
  repository: Repository,
  {
    app,
    title,
    body,
    marker,
  }: { readonly app: AppIdentity; readonly title: string; readonly body: string; readonly marker: string },
): Promise<number | null> {
  const listed = await askingFor('list the open issues of this App', () =>
    github.request('GET /repos/{owner}/{repo}/issues', {
      ...routeOf(repository),
      creator: `${app.slug}[bot]`,
      state: 'open',
      per_page: 100,
    }),
  );
  const known = listed?.data.find((issue) => issue.pull_request === undefined && issue.body?.includes(marker));
  if (known !== undefined) return known.number;
  // 410: https://docs.github.com/rest/issues/issues#create-an-issue
  const made = await askingFor('open an issue', () =>
    github.request('POST /repos/{owner}/{repo}/issues', {
      ...routeOf(repository),
      ...once,
      title: title.slice(0, 250),
      body: `${body}\n${marker}`,
    }),
  );
  return made?.data.number ?? null;
}

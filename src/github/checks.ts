import type { Annotation, CheckContent } from '../effect.ts';
import type { Repository } from '../intent.ts';
import type { AppIdentity } from '../observe.ts';
import { type Github, idOf, once, routeOf } from './connection.ts';
import { asking } from './failure.ts';

/** The id of this App's newest check run of a name on a commit. */
export async function findCheck(
  github: Github,
  repository: Repository,
  { app, head, name }: { app: AppIdentity; head: string; name: string },
): Promise<number | null> {
  const { data } = await asking(`list the checks of ${head}`, () =>
    github.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
      ...routeOf(repository),
      ref: head,
      check_name: name,
      app_id: app.id,
      filter: 'latest',
    }),
  );
  const found = data.check_runs.find((check) => check.app?.id === app.id && check.name === name);
  return found === undefined ? null : idOf(found.id);
}

/** Creates a check run and returns its id. */
export async function createCheck(
  github: Github,
  repository: Repository,
  { head, check }: { head: string; check: CheckContent },
): Promise<number> {
  const [first, ...rest] = pages(check.annotations);
  const { data } = await asking(`create the check ${check.name}`, () =>
    github.request('POST /repos/{owner}/{repo}/check-runs', {
      ...routeOf(repository),
      ...once,
      head_sha: head,
      ...fields(check, first ?? []),
    }),
  );
  const checkId = idOf(data.id);
  for (const page of rest) await send(github, repository, { checkId, check, page });
  return checkId;
}

/** Gives a check run this content. GitHub only ever adds annotations, so those that are there already are left out. */
export async function updateCheck(
  github: Github,
  repository: Repository,
  { checkId, check }: { checkId: number; check: CheckContent },
): Promise<void> {
  const missing =
    check.annotations.length === 0 ? [] : await missingAnnotations(github, repository, { checkId, check });
  const [first, ...rest] = pages(missing);
  await send(github, repository, { checkId, check, page: first ?? [] });
  for (const page of rest) await send(github, repository, { checkId, check, page });
}

async function send(
  github: Github,
  repository: Repository,
  { checkId, check, page }: { checkId: number; check: CheckContent; page: readonly Annotation[] },
): Promise<void> {
  await asking(`update the check ${check.name}`, () =>
    github.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
      ...routeOf(repository),
      ...once,
      check_run_id: checkId,
      ...fields(check, page),
    }),
  );
}

async function missingAnnotations(
  github: Github,
  repository: Repository,
  { checkId, check }: { checkId: number; check: CheckContent },
): Promise<readonly Annotation[]> {
  const present = await asking(`list the annotations of the check ${check.name}`, () =>
    github.paginate('GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations', {
      ...routeOf(repository),
      check_run_id: checkId,
      per_page: 100,
    }),
  );
  const known = new Set(present.map((a) => JSON.stringify([a.path, a.start_line, a.title, a.message])));
  return check.annotations.filter((a) => !known.has(JSON.stringify([a.path, a.line, a.title, a.message])));
}

function fields(check: CheckContent, annotations: readonly Annotation[]) {
  return {
    name: check.name,
    status: check.status,
    ...(check.conclusion === null ? {} : { conclusion: check.conclusion }),
    // Without a word about them, the buttons of an earlier state would stay.
    actions: (check.buttons ?? []).map((button) => ({ ...button })),
    ...(check.detailsUrl === null ? {} : { details_url: check.detailsUrl }),
    output: {
      title: check.title,
      summary: clip(check.summary),
      ...(check.text === '' ? {} : { text: clip(check.text) }),
      annotations: annotations.map((annotation) => ({
        path: annotation.path,
        start_line: annotation.line,
        end_line: annotation.line,
        annotation_level: annotation.level,
        title: annotation.title.slice(0, 255),
        message: annotation.message,
      })),
    },
  };
}

/** 50 annotations in a request, more by further updates: https://docs.github.com/rest/checks/runs#update-a-check-run */
function pages(annotations: readonly Annotation[]): readonly (readonly Annotation[])[] {
  const count = Math.ceil(annotations.length / 50);
  return Array.from({ length: count }, (_, page) => annotations.slice(page * 50, page * 50 + 50));
}

/** Summary and text hold at most 65 535 characters: https://docs.github.com/rest/checks/runs#create-a-check-run */
function clip(text: string): string {
  const notice = '\n\n… (cut: GitHub shows no more)';
  return text.length <= 65_535 ? text : text.slice(0, 65_535 - notice.length) + notice;
}

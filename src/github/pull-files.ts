import type { Repository } from '../intent.ts';
import { type Github, routeOf } from './connection.ts';
import { asking } from './failure.ts';

/** A changed file as GitHub lists it. */
export interface ListedFile {
  readonly path: string;
  /** What a renamed file was called. */
  readonly previousPath: string | null;
  readonly status: string;
  /** The new blob; the old one of a file that was removed. */
  readonly sha: string | null;
  readonly additions: number;
  readonly deletions: number;
  /** Hunks without file headers; null for binary files, and where they are too long for GitHub. */
  readonly patch: string | null;
}

/** The files of a pull request at its present head; GitHub lists at most 3000. */
export async function listPullFiles(
  github: Github,
  repository: Repository,
  number: number,
): Promise<readonly ListedFile[]> {
  const files = await asking(`list the files of #${number}`, () =>
    github.paginate('GET /repos/{owner}/{repo}/pulls/{pull_number}/files', {
      ...routeOf(repository),
      pull_number: number,
      per_page: 100,
    }),
  );
  return files.map((file) => ({
    path: file.filename,
    previousPath: file.previous_filename ?? null,
    status: file.status,
    sha: file.sha,
    additions: file.additions,
    deletions: file.deletions,
    patch: file.patch ?? null,
  }));
}

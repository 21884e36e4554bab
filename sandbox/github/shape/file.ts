import type { FileChange } from '../git/diff.ts';
import type { JsonObject, Repository, World } from '../state.ts';
import { pageUrl, repositoryUrl } from './repository.ts';

/** A changed file of a commit, a comparison or a pull request (`diff-entry`). */
export function fileShape(
  world: World,
  of: { readonly repository: Repository; readonly commit: string; readonly file: FileChange },
): JsonObject {
  const { repository, commit, file } = of;
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${pageUrl(world, repository)}/blob/${commit}/${path}`,
    raw_url: `${pageUrl(world, repository)}/raw/${commit}/${path}`,
    contents_url: `${repositoryUrl(world, repository)}/contents/${path}?ref=${commit}`,
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  };
}

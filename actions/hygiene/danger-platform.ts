import type { GitDSL, StructuredDiff } from 'danger/distribution/dsl/GitDSL.js';
import { GitHubIssueCommenter } from 'danger/distribution/platforms/github/comms/issueCommenter.js';
import type { GitHubAPI } from 'danger/distribution/platforms/github/GitHubAPI.js';
import type { Platform } from 'danger/distribution/platforms/platform.js';
import { AppError } from '../../src/error.ts';

/** Danger's own GitHub, told to say when GitHub refused what it takes for done. */
export function dangerPlatform(api: GitHubAPI): Platform & { readonly refusal: () => string | null } {
  let refusal: string | null = null;
  const commenter = GitHubIssueCommenter(api);
  return {
    name: 'GitHub',
    getReviewInfo: unasked,
    getPlatformReviewDSLRepresentation: unasked,
    getPlatformGitRepresentation: unasked,
    getFileContents: unasked,
    ...commenter,
    createComment: (_id, body) => commenter.createComment(body),
    updateOrCreateComment: async (id, body) => {
      const url = await commenter.updateOrCreateComment(id, body);
      // Danger reads GitHub's refusal as if it were a comment: one without an address.
      if (url === undefined) refusal = 'that GitHub refused it';
      return url;
    },
    refusal: () => refusal,
  };
}

/** What Danger needs of git to find a line's position in the hunks, from exactly the commit that was judged. */
export function dangerGit(head: string, patches: ReadonlyMap<string, string>): GitDSL {
  const git: Pick<GitDSL, 'structuredDiffForFile'> & { readonly commits: readonly { readonly sha: string }[] } = {
    commits: [{ sha: head }],
    structuredDiffForFile: async (path) => structuredDiff(patches.get(path) ?? ''),
  };
  return git as GitDSL; // Danger's executor asks for nothing else of it.
}

function structuredDiff(patch: string): StructuredDiff {
  const chunks: StructuredDiff['chunks'] = [];
  let number = 0;
  for (const line of patch.split('\n')) {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    if (hunk !== null) {
      number = Number(hunk[1]);
      chunks.push({ content: '', changes: [], oldStart: 0, oldLines: 0, newStart: number, newLines: 0 });
      continue;
    }
    const isAddition = line.startsWith('+');
    const isThere = isAddition || line.startsWith(' ');
    // Only added lines are looked for; every other one only counts.
    chunks.at(-1)?.changes.push({ type: 'add', add: true, ln: isAddition ? number : -1, content: '' });
    if (isThere) number += 1;
  }
  return { chunks, fromPath: undefined };
}

function unasked(): never {
  throw new AppError('world-broken', 'expected Danger to be told all it needs, found that it asks; report this');
}

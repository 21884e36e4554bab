import type { ProposedRelease, ReleaseProposal } from '../ports/release-writer.ts';
import { releaseBranch } from '../registry/release-branch.ts';
import { code, text } from './escape.ts';
import { shortSha } from './markdown.ts';

/** What people are told of a proposal; null where the pull request itself says it. */
export function proposedWords(proposed: ProposedRelease, { model, cause }: ReleaseProposal): string | null {
  switch (proposed.kind) {
    case 'opened':
      return `> 📦 Proposed in #${proposed.number}. Merging that pull request releases ${code(model)}.`;
    case 'updated':
    case 'unchanged':
      return cause === 'asked' ? `> 📦 Proposed in #${proposed.number}, which is up to date.` : null;
    case 'held': {
      const branch = code(releaseBranch(model));
      return `> ✋ ${text(proposed.by)} committed ${code(shortSha(proposed.commit))} to ${branch}, so Siskin leaves that branch as it is. Merge it, or delete the branch and type ${code(`/release -m ${model}`)} again.`;
    }
    case 'declined':
      return null;
    default:
      return proposed satisfies never;
  }
}

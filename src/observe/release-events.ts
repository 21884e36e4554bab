import { z } from 'zod';
import type { Intent } from '../intent.ts';
import { modelOfReleaseBranch } from '../registry/release-branch.ts';
import { Origin, repositoryOf, Sha } from './origin.ts';

const MergeGroupEvent = Origin.extend({
  merge_group: z.object({ head_sha: Sha, base_sha: Sha, base_ref: z.string() }),
});

/** A merge queue wants to know whether what it is about to merge may be merged. */
export function fromMergeGroup(payload: unknown): readonly Intent[] {
  const event = MergeGroupEvent.parse(payload);
  const { head_sha: head, base_sha: base, base_ref: ref } = event.merge_group;
  const branch = event.repository.default_branch;
  if (ref !== `refs/heads/${branch}`) return [];
  return [{ kind: 'check-queue', repository: repositoryOf(event), branch, base, head }];
}

const ReviewEvent = Origin.extend({
  pull_request: z.object({
    number: z.number().int(),
    head: z.object({ sha: Sha, ref: z.string(), repo: z.object({ id: z.number().int() }).nullable() }),
  }),
});

/** Somebody approved a release, or took that back. Reviews of other pull requests decide nothing here. */
export function fromReview(payload: unknown): readonly Intent[] {
  const event = ReviewEvent.parse(payload);
  const { number, head } = event.pull_request;
  if (head.repo?.id !== event.repository.id || modelOfReleaseBranch(head.ref) === null) return [];
  return [{ kind: 'check-release', repository: repositoryOf(event), number, head: head.sha }];
}

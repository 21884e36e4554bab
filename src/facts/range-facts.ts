import { classify } from '../change/classify.ts';
import { type BlobTexts, pointersToRead } from '../change/pointers.ts';
import { trainingKeyOf } from '../change/training-key.ts';
import type { Repository } from '../intent.ts';
import type { Policy } from '../policy/policy.ts';
import type { GithubReader, StoreReader, TreeEntry } from '../ports.ts';
import { type Budget, type Cause, gatherBudget, spenderOf } from './budget-facts.ts';
import { type ModelFacts, modelFacts } from './model-facts.ts';

/** A commit range seen with the policy that judges it. */
export interface RangeFacts {
  readonly policy: Policy;
  /** The branch whose policy, holdout and champion judge, and its commit. */
  readonly base: { readonly ref: string; readonly sha: string };
  readonly head: string;
  /** Whose code the head is: of a repository that its own people may write to, or a stranger's. */
  readonly origin: 'repository' | 'fork';
  /** The branch whose workflow is dispatched. */
  readonly defaultBranch: string;
  /** What the range edits beside models. */
  readonly edits: { readonly policy: boolean; readonly workflow: boolean; readonly releases: readonly string[] };
  readonly models: readonly ModelFacts[];
  /** What a run of this range may cost, for whoever causes it. */
  readonly budget: Budget;
}

/** Which commits are compared: what changed is told from `from` to `head`, and judged with what stands at `base`. */
export interface Range {
  readonly policy: Policy;
  readonly base: { readonly ref: string; readonly sha: string };
  readonly from: string;
  readonly head: string;
  readonly origin: RangeFacts['origin'];
  readonly defaultBranch: string;
  readonly cause: Cause;
  readonly now: string;
}

/** Reads what a commit range does to each model: two or three trees, and the small pointer files among them. */
export async function gatherRange(
  repository: Repository,
  range: Range,
  ports: { readonly github: GithubReader; readonly store: StoreReader },
): Promise<RangeFacts> {
  const { github, store } = ports;
  const { policy, base, from, head } = range;
  const readTree = (commit: string) => github.readTree(repository, commit);
  const [after, before, ofBase] = await Promise.all([
    readTree(head),
    from === head ? null : readTree(from),
    base.sha === from || base.sha === head ? null : readTree(base.sha),
  ]);
  const trees = { head: after, from: from === head ? after : before };
  const baseTree = base.sha === head ? after : base.sha === from ? trees.from : ofBase;
  const texts = await readPointers(repository, { ...trees, policy }, github);
  const change = trees.from === null || after === null ? null : classify({ before: trees.from, after, policy, texts });
  const models = Object.entries(policy.models).map(async ([model, own]) => {
    const trainingKey = trainingKeyOf({ tree: after, policy, model, texts });
    const [accepted, sameTraining, looks] = await Promise.all([
      store.readChampion(repository.id, model),
      trainingKey === null ? null : store.findByTrainingKey(repository.id, model, trainingKey),
      store.listLooks(repository.id, model),
    ]);
    return modelFacts({
      policy,
      model,
      own,
      trees: { base: baseTree, head: after },
      change: change?.models.find((changed) => changed.model === model) ?? null,
      trainingKey,
      accepted,
      sameTraining,
      looks,
    });
  });
  const { origin, defaultBranch, cause, now } = range;
  const spender = spenderOf(repository, { ...cause, policy });
  const budget = await gatherBudget(policy, { spender, approvedBy: cause.approvedBy, now }, store);
  const edits = {
    policy: change?.policy ?? false,
    workflow: change?.workflow ?? false,
    // Of a tree that GitHub cuts nobody knows: each is looked at by itself.
    releases: change?.releases ?? Object.keys(policy.models),
  };
  return { policy, base, head, origin, defaultBranch, edits, models: await Promise.all(models), budget };
}

async function readPointers(
  repository: Repository,
  trees: {
    readonly from: readonly TreeEntry[] | null;
    readonly head: readonly TreeEntry[] | null;
    readonly policy: Policy;
  },
  github: GithubReader,
): Promise<BlobTexts> {
  if (trees.from === null || trees.head === null) return new Map();
  const wanted = pointersToRead({ before: trees.from, after: trees.head, policy: trees.policy });
  const texts = wanted.map(async ({ sha }) => {
    const bytes = await github.readBlob(repository, sha);
    return [sha, new TextDecoder().decode(bytes)] as const;
  });
  return new Map(await Promise.all(texts));
}

import type { Freeze } from '../decide/freeze.ts';
import type { Intent } from '../intent.ts';
import { parsePolicy } from '../policy/parse.ts';
import { policyPath } from '../policy/policy.ts';
import type { GithubReader, StoreReader } from '../ports.ts';
import type { Approval } from '../store/approval-record.ts';
import type { RunRecord, ViewRecord } from '../store/run-record.ts';
import { gatherMergedOverrides } from './approval-facts.ts';
import type { JudgedRange } from './pull-facts.ts';
import { gatherRange } from './range-facts.ts';

/** All that is known of a push to the default branch. */
export interface PushFacts {
  readonly judged: JudgedRange;
  /** Whether the push edits the policy, so that open pull requests may be judged otherwise now. */
  readonly editsPolicy: boolean;
  /** What is shown for the pushed commit. */
  readonly shown: ViewRecord | null;
  /** The runs of the default branch, newest first. */
  readonly runs: readonly RunRecord[];
  readonly freezes: readonly Freeze[];
  /** Gates that were overridden for candidates of merged pull requests. */
  readonly overrides: readonly Approval[];
  readonly now: string;
}

const nowhere = '0'.repeat(40);

/**
 * Reads what a push does under the policy that it leaves. Champion and holdout are those before the push, unless the
 * push edits the policy itself: then only the new commit knows what it names.
 */
export async function gatherPush(
  intent: Extract<Intent, { readonly kind: 'check-push' }>,
  now: string,
  ports: { readonly github: GithubReader; readonly store: StoreReader },
): Promise<PushFacts> {
  const { repository, branch, after } = intent;
  const { github, store } = ports;
  const before = intent.before === nowhere ? after : intent.before;
  const [text, former, runs, shown, freezes] = await Promise.all([
    github.readFile(repository, policyPath, after),
    before === after ? null : github.readFile(repository, policyPath, before),
    store.listRuns(repository.id, null),
    store.readView(repository.id, null, after),
    store.listFreezes(repository),
  ]);
  const editsPolicy = before !== after && text !== former;
  const rest = { editsPolicy, shown, runs, freezes, overrides: [], now };
  if (text === null) return { ...rest, judged: { kind: 'absent' } };
  const parsed = parsePolicy({ text, file: policyPath });
  if (parsed.kind === 'invalid') return { ...rest, judged: parsed };
  const base = { ref: branch, sha: editsPolicy ? after : before };
  const { policy } = parsed;
  const cause = { actor: intent.actor, author: null, pullRequest: null, approvedBy: null };
  const range = await gatherRange(
    repository,
    { policy, base, from: before, head: after, origin: 'repository', defaultBranch: branch, cause, now },
    ports,
  );
  const measured = range.models.flatMap(({ model, sameTraining }) => sameTraining?.results[model] ?? []);
  const overrides = await gatherMergedOverrides(repository, measured, ports);
  return { ...rest, overrides, judged: { kind: 'valid', range } };
}

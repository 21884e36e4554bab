import type { PullFacts } from '../facts/pull-facts.ts';
import type { RangeFacts } from '../facts/range-facts.ts';
import { outcomeOf, severity } from '../render/outcome.ts';
import { runApproval } from './approval.ts';
import { isWorthAComment } from './show.ts';
import { ended } from './supersede.ts';
import type { PullView } from './view.ts';

/** What a person should know that belongs to no single model. */
export function notesOf({ edits, models }: RangeFacts): readonly string[] {
  const withHoldout = models.filter(({ change }) => change?.causes.includes('holdout')).map(({ model }) => model);
  const notes: string[] = [];
  if (withHoldout.length > 0) {
    notes.push(
      `The holdout of ${withHoldout.join(', ')} is edited here: it counts once it is merged, not in this comparison.`,
    );
  }
  if (edits.workflow)
    notes.push('The workflow is edited here: runs use that of the default branch until it is merged.');
  return notes;
}

/** Who let the code of a fork run, where somebody did. */
export function approvalNotes({ judged, approvals }: Pick<PullFacts, 'judged' | 'approvals'>): readonly string[] {
  if (judged.kind !== 'valid' || judged.range.origin !== 'fork') return [];
  const { head, policy } = judged.range;
  const approval = runApproval({ head, policy }, approvals);
  return approval === null ? [] : [`${approval.by} approved the code of this fork to run at ${head.slice(0, 7)}.`];
}

const keptHistory = 20;

/** The earlier heads of which something was said, newest first. */
export function historyOf({ pull, former, shown }: Pick<PullFacts, 'pull' | 'former' | 'shown'>): PullView['history'] {
  const latest = former ?? shown;
  const entries = former !== null && isWorthAComment(former.view) ? [entryOf(former.view)] : [];
  return [...entries, ...(latest?.view.history ?? [])]
    .filter(({ head }) => head !== pull.head.sha)
    .slice(0, keptHistory);
}

function entryOf(view: PullView): PullView['history'][number] {
  const models = ended(view.models, { kind: 'superseded', by: 'a newer commit' });
  const worst = [...models].sort((a, b) => severity(b.state) - severity(a.state))[0];
  return {
    head: view.head,
    outcome: worst === undefined ? 'policy' : outcomeOf(worst.state).word,
    runUrl: models.find(({ runUrl }) => runUrl !== null)?.runUrl ?? null,
  };
}

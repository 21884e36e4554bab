import { canonicalJson } from '../digest.ts';
import type { CheckContent, Effect, Plan } from '../effect.ts';
import { renderChecks } from '../render/checks.ts';
import { renderComment } from '../render/comment.ts';
import type { ViewRecord } from '../store/run-record.ts';
import type { PullView } from './view.ts';

/**
 * What turns that which is shown into that which holds now: the view to keep, each check whose text differs, and the
 * comment. Nothing at all when both are the same but for the time.
 */
export function show(next: ViewRecord, shown: ViewRecord | null): Plan {
  const before = shown === null ? null : { ...shown.view, updatedAt: next.view.updatedAt };
  if (before !== null && isSame(before, next.view)) {
    const isKept = isSame(shown?.claims, next.claims);
    return { changes: isKept ? [] : [{ kind: 'save-view', record: next }], effects: [] };
  }
  return {
    changes: [{ kind: 'save-view', record: next }],
    effects: [...changedChecks(next.view, before), ...changedComment(next.view)],
  };
}

/** The checks of a view, without its comment: for a head that is no longer the newest. */
export function showChecks(next: ViewRecord, shown: ViewRecord): Plan {
  const { changes, effects } = show(next, shown);
  return { changes, effects: effects.filter(({ kind }) => kind === 'publish-check') };
}

/** Whether there is something to say beyond neutral checks. */
export function isWorthAComment(view: PullView): boolean {
  return (
    view.models.some(({ state }) => state.kind !== 'nothing') ||
    view.proposedPolicy !== null ||
    view.policy.kind === 'invalid' ||
    view.history.length > 0 ||
    view.held !== undefined
  );
}

function changedChecks(view: PullView, before: PullView | null): readonly Effect[] {
  const known = new Map(before === null ? [] : renderChecks(before).map((check) => [check.name, check]));
  const isNew = (check: CheckContent) => !isSame(known.get(check.name) ?? null, check);
  return renderChecks(view)
    .filter(isNew)
    .map((check) => ({ kind: 'publish-check', head: view.head, number: view.number, check }));
}

function changedComment(view: PullView): readonly Effect[] {
  if (view.number === null || !isWorthAComment(view)) return [];
  return [{ kind: 'publish-comment', number: view.number, body: renderComment(view) }];
}

/** Whether two values say the same. */
export function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

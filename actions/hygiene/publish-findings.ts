import * as core from '@actions/core';
import type { Octokit } from '@octokit/rest';
import type { GatheredChange } from '../../src/hygiene/gather-change.ts';
import type { Findings } from '../../src/hygiene/judge-change.ts';
import { hygieneAnnotation, hygieneSummary, unreadNotice } from '../../src/render/hygiene.ts';
import { postReview } from './post-review.ts';
import type { PullEvent } from './pull-event.ts';

/** Shows what was found everywhere it can be shown; the step fails when a rule at level `fail` is broken. */
export async function publishFindings(options: {
  readonly github: Octokit;
  readonly token: string;
  readonly pull: PullEvent;
  readonly change: GatheredChange;
  readonly found: readonly Findings[];
  readonly comment: boolean;
}): Promise<void> {
  const { pull, change, found, comment } = options;
  const { unread } = change;
  if (unread > 0) core.info(unreadNotice(unread));
  if (found.length > 0) await core.summary.addRaw(hygieneSummary({ found, unread })).write();
  // GitHub gives the workflow of a fork's pull request a token that can only read.
  const posted = comment && !pull.isFork && (await postReview(options));
  if (!posted) annotate(found);
  const failing = found.filter(({ level }) => level === 'fail');
  core.setOutput('verdict', failing.length > 0 ? 'fail' : found.length > 0 ? 'warn' : 'pass');
  core.setOutput('rules', JSON.stringify(found.map(({ rule }) => rule)));
  if (failing.length > 0)
    core.setFailed(
      `expected none of what the policy forbids to be committed, found ${failing.map(({ rule }) => rule).join(', ')}; the job summary says where and what to do`,
    );
}

function annotate(found: readonly Findings[]): void {
  for (const findings of found) {
    for (const place of findings.places) {
      const at = { file: place.path, ...(place.line === null ? {} : { startLine: place.line }), title: findings.title };
      const message = hygieneAnnotation(findings, place);
      if (findings.level === 'fail') core.error(message, at);
      else core.warning(message, at);
    }
  }
}

import { AppError, messageOf } from '../error.ts';
import { statusOf } from './failure.ts';

/**
 * What a person must do about a workflow that GitHub will not start, told from its answer; null for any other failure.
 * GitHub's reasons are only words: https://docs.github.com/rest/actions/workflows#create-a-workflow-dispatch-event
 */
export function dispatchRefusal(
  thrown: unknown,
  asked: { readonly workflow: string; readonly ref: string },
): AppError | null {
  const status = statusOf(thrown);
  const path = `.github/workflows/${asked.workflow}`;
  const add = `add it with \`siskin init\`, merge it into ${asked.ref}, then type \`/evaluate\``;
  if (status === 404) {
    const message = `expected the workflow ${path} on ${asked.ref}, found none; ${add}`;
    return new AppError('not-found', message, { cause: thrown });
  }
  if (status !== 422) return null;
  const [, found, fix] = reasons.find(([words]) => words.test(messageOf(thrown))) ?? [];
  if (found === undefined) return null;
  const message = `expected to start the workflow ${path} of ${asked.ref}, found ${found}; ${fix ?? add}`;
  return new AppError('github-refused', message, { cause: thrown });
}

/** In this order: that of a disabled one also names the trigger. */
const reasons: readonly (readonly [words: RegExp, found: string, fix: string | null])[] = [
  [/disabled/i, 'it disabled or deleted', 'enable it on the Actions page, or put its file back, then type `/evaluate`'],
  [/workflow_dispatch/i, 'that it has no trigger `workflow_dispatch`', null],
  [/unexpected inputs/i, 'that it has no input `plan`', null],
];

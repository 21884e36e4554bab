import * as core from '@actions/core';
import { messageOf } from '../src/error.ts';

/** Runs an action's work; whatever it throws becomes the step's one error message, with the stack only in debug logs. */
export async function runAction(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    if (thrown instanceof Error) core.debug(thrown.stack ?? '');
    core.setFailed(messageOf(thrown));
  }
}

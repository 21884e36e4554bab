import type { RolloutRecord } from '../rollout/rollout-record.ts';
import { code, prose } from './escape.ts';
import type { RolloutView } from './rollout.ts';
import { metricsTable } from './rollout-metrics.ts';
import { plainHeadline } from './rollout-words.ts';

/** What the pull request says that puts git back to what is served. */
export function revertBody(
  rollout: RolloutRecord,
  { cause, isRejected }: { readonly cause: string | null; readonly isRejected: boolean },
): string {
  const { model, environment, release, previous, id, number } = rollout;
  const serves = previous === null ? 'nothing of this model' : `version ${code(previous.version)}`;
  const why =
    cause === null
      ? `Version ${code(release.version)} of ${code(model)} was never begun in ${code(environment)}.`
      : `Version ${code(release.version)} of ${code(model)} was taken back from ${code(environment)}: ${prose(cause.replace(/\.\s*$/, ''))}.`;
  const rejected = !isRejected
    ? 'The version did nothing wrong: propose it again with `/release` when what stopped it is mended.'
    : 'Its digest is put on the list of rejected ones, so that it cannot be released there again unless a person takes it out.';
  return [
    why,
    `${code(environment)} serves ${serves} already. This pull request makes git say so; merging it moves no traffic.`,
    rejected,
    `<sub>Rollout ${code(id)}${number === null ? '' : ` of #${number}`}</sub>`,
  ].join('\n\n');
}

/** What an issue says of a rollout that went wrong. */
export function rolloutIssue(view: RolloutView): { readonly title: string; readonly body: string } {
  const { rollout } = view;
  const { model, environment, release, number, state } = rollout;
  const sentence = 'cause' in state ? state.cause.sentence : 'reason' in state ? (state.reason ?? '') : '';
  const table = metricsTable(view);
  return {
    title: `${model} ${release.version} in ${environment}: ${plainHeadline(rollout, view.now)}`,
    body: [
      prose(sentence),
      ...(table === null ? [] : [table]),
      `All of it is in ${number === null ? `the check of ${rollout.mergeSha}` : `#${number}`}. Close this issue when the cause is known.`,
    ].join('\n\n'),
  };
}

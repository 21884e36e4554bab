import { type PullOutcome, pullOutcome, surprises } from './outcome.ts';
import { type FoundReport, reportSurprises, reportsOf } from './reports.ts';
import type { Act, Stage } from './story.ts';

/** How an act ended. */
export interface ActOutcome {
  readonly title: string;
  readonly seconds: number;
  /** The App's calls of GitHub during the act. */
  readonly calls: { readonly reads: number; readonly writes: number };
  readonly pullRequest: PullOutcome;
  readonly reports: readonly FoundReport[];
  /** What was not as expected; none when all was. */
  readonly problems: readonly string[];
}

/** Plays an act, waits until nothing is under way any more, and looks at the pull request. */
export async function playAct(act: Act, stage: Stage): Promise<ActOutcome> {
  const started = performance.now();
  const before = stage.world.github.calls.length;
  const pull = await act.play(stage);
  await stage.world.settled();
  const calls = stage.world.github.calls.slice(before).filter(({ identity }) => identity.startsWith('installation:'));
  const reads = calls.filter(({ method }) => method === 'GET').length;
  const pullRequest = pullOutcome(stage.world, stage.repository, pull);
  const reports = await reportsOf(stage, pull);
  return {
    title: act.title,
    seconds: (performance.now() - started) / 1000,
    calls: { reads, writes: calls.length - reads },
    pullRequest,
    reports,
    problems: [...surprises(pullRequest, act.expected), ...reportSurprises(reports)],
  };
}

import type { Course } from '../../rollout/course.ts';
import { expectedSteps } from '../../rollout/judge/expected-exposure.ts';
import type { RolloutRecord } from '../../rollout/rollout-record.ts';
import { stepsOf } from '../../rollout/rollout-steps.ts';

/** What can be expected of the present step. */
export interface ExpectedDecision {
  /** Minutes from now; null where nothing is known of the traffic, or where it will never be enough. */
  readonly minutes: number | null;
  /** The same as a sentence, with what it hangs on and what happens otherwise. */
  readonly sentence: string;
}

/** When the present step is likely to be decided if the candidate is as good as the champion; null where no step is observed. */
export function expectedDecision(
  { state, policy }: RolloutRecord,
  { traffic }: Pick<Course, 'traffic'>,
  now: string,
): ExpectedDecision | null {
  if (state.kind !== 'step' || state.phase !== 'observing') return null;
  const steps = stepsOf(policy);
  const step = steps[state.step];
  const foretold = expectedSteps(policy, traffic)[state.step];
  if (step === undefined || foretold === undefined) return null;
  const passed = Math.max(0, (Date.parse(now) - Date.parse(state.since)) / 60_000);
  const [least, most] = [step['minimum-minutes'], step['maximum-minutes']];
  const doubt = policy.when.inconclusive === 'hold' ? 'a person decides' : 'it is rolled back';
  const end = `undecided after ${minutesText(most)}, ${doubt}`;
  const where = `Step ${state.step + 1} of ${steps.length}`;
  const needs = step.needs === 'no-harm' ? 'no harm' : 'proof that it is not worse';
  const all = foretold.minutes === null ? null : Math.max(foretold.minutes, least);
  if (all === null) {
    return { minutes: null, sentence: `${where} needs ${needs}; how long that takes nobody knows yet: ${end}.` };
  }
  if (!Number.isFinite(all)) {
    return { minutes: null, sentence: `${where} needs ${needs}, which this traffic can never give: ${end}.` };
  }
  const minutes = Math.max(0, all - passed);
  const why = foretold.because.startsWith('minimum-') ? '' : `, for \`${foretold.because}\``;
  const isFew = foretold.requests === null || foretold.requests < 10;
  const requests = isFew ? '' : ` (about ${foretold.requests} requests${why})`;
  const left = minutes < 1 ? 'any minute now' : `in about ${minutesText(minutes)} with the traffic of now`;
  const late = all > most ? ' That is longer than the step may last:' : ' Otherwise,';
  return { minutes, sentence: `${where} needs ${needs}${requests}: ${left}.${late} ${end}.` };
}

function minutesText(minutes: number): string {
  const whole = Math.ceil(minutes);
  if (whole < 120) return `${whole} ${whole === 1 ? 'minute' : 'minutes'}`;
  return whole < 2880 ? `${Math.round(whole / 60)} hours` : `${Math.round(whole / 1440)} days`;
}

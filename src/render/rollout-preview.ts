import type { ChangedEnvironment } from '../decide/release/changed-environments.ts';
import type { EnvironmentPolicy } from '../policy/access-policy.ts';
import type { Examination } from '../ports/release-reader.ts';
import { type ExpectedStep, expectedSteps } from '../rollout/judge/expected-exposure.ts';
import { code } from './escape.ts';
import { table } from './markdown.ts';
import { count, counted, duration, significant } from './number.ts';

/** How a release gets into an environment: its steps, what each needs and how long that takes with the traffic of now. */
export function rolloutPreview(
  { environment, after }: ChangedEnvironment,
  { policy, found }: { readonly policy: EnvironmentPolicy; readonly found: Examination | null },
): string {
  const heading = `### Rollout to ${code(environment)}`;
  if (after === null) return `${heading}\n\nNothing serves there any more.`;
  if (policy.serving === undefined) return `${heading}\n\nIt is recorded only: the environment names no \`serving\`.`;
  const traffic = found?.traffic ?? null;
  const steps = expectedSteps(policy, traffic);
  return [heading, firstLine(policy, found), stepTable(steps), totalLine(steps, policy), metricList(policy)]
    .filter((part) => part !== '')
    .join('\n\n');
}

function firstLine(policy: EnvironmentPolicy, found: Examination | null): string {
  const traffic = found?.traffic ?? null;
  if (policy.executor === 'runner')
    return 'A runner inside the network moves the traffic; how much there is, is known there only.';
  if (traffic === null) return 'How much traffic there is now is not known, so that no time can be foretold.';
  return `With the traffic of the last hour, ${significant(traffic.requestsPerMinute)} requests a minute:`;
}

function stepTable(steps: readonly ExpectedStep[]): string {
  const columns = [
    { title: 'Step', align: 'left' },
    { title: 'Traffic', align: 'right' },
    { title: 'Needs', align: 'left' },
    { title: 'Requests of the candidate', align: 'right' },
    { title: 'Time', align: 'right' },
    { title: 'A model twice as bad is found after', align: 'right' },
  ] as const;
  const rows = steps.map(({ weight, needs, requests, minutes, because, harmMinutes }, at) => [
    `${at + 1}`,
    `${significant(weight)} %`,
    needs === 'not-worse' ? `proof of no harm beyond the margin${reason(because)}` : 'no sign of harm',
    requests === null ? 'not known' : Number.isFinite(requests) ? count(requests) : 'never enough',
    timeWords(minutes),
    timeWords(harmMinutes.find(({ factor }) => factor === 2)?.minutes ?? null),
  ]);
  return table(columns, rows);
}

function reason(because: string): string {
  return because === 'minimum-exposure' || because === 'minimum-minutes' ? '' : ` (${code(because)} takes longest)`;
}

function timeWords(minutes: number | null): string {
  if (minutes === null) return 'not known';
  return Number.isFinite(minutes) ? duration(minutes * 60) : 'never';
}

function totalLine(steps: readonly ExpectedStep[], policy: EnvironmentPolicy): string {
  const known = steps.flatMap(({ minutes }) => (minutes === null ? [] : [minutes]));
  if (known.length < steps.length) return '';
  const bake = policy['bake-minutes'];
  const shadow = policy.shadow?.minutes ?? 0;
  const history = (policy['history-intervals'] * policy['interval-seconds']) / 60;
  const total = known.reduce((sum, minutes) => sum + minutes, 0) + bake + shadow;
  const pauses = policy.steps?.filter(({ pause }) => pause).length ?? 0;
  const waits = pauses === 0 ? '' : ` It also waits ${counted(pauses, 'time')} for a person.`;
  if (!Number.isFinite(total))
    return 'With this traffic it never gets there: lower the margin’s demand, or give more time.';
  return `About ${duration(total * 60)} to the decision${history > 0 ? `, after looking at ${duration(history * 60)} of the champion’s past` : ''}.${waits}`;
}

function metricList(policy: EnvironmentPolicy): string {
  const metrics = Object.entries(policy.metrics);
  if (metrics.length === 0) return 'No metric is watched: only time passes between the steps.';
  return metrics
    .map(([name, { kind, role, margin }]) => `- ${code(name)}: ${kind}, ${role}, margin ${significant(margin)}`)
    .join('\n');
}

import type { Answered } from '../../facts/answered.ts';
import type { Policy, TrainPolicy } from '../../policy/policy.ts';
import type { WorkflowJob } from '../../ports.ts';
import { type Finding, ok, problem, unverified } from './finding.ts';

/** Whether there are runners with the labels that the policy names, as far as recent jobs tell. */
export function runnerFindings(
  policy: Policy,
  jobs: Answered<readonly Pick<WorkflowJob, 'labels' | 'startedAt' | 'status'>[]>,
): readonly Finding[] {
  return [...wanted(policy)].map(([key, { labels, by }]): Finding => {
    const what = 'runners';
    const named = `[${labels.map((label) => `\`${label}\``).join(', ')}] (${by.join(', ')})`;
    if (labels.every((label) => hosted.test(label))) return ok(what, `${named}: GitHub's own`);
    if (jobs.kind === 'unknown') {
      return unverified(what, `could not verify ${named}: ${jobs.why}`, 'look at Settings → Actions → Runners');
    }
    const own = jobs.value.filter((job) => keyOf(job.labels) === key);
    if (own.some(({ startedAt }) => startedAt !== null)) return ok(what, `${named}: took a job lately`);
    const fix = 'start a runner with these labels, or correct them in the policy';
    if (own.some(({ status }) => status === 'queued')) return problem(what, `${named}: a job waits for one`, fix);
    if (own.length > 0) return problem(what, `${named}: none took the last job`, fix);
    return unverified(what, `${named}: no recent job asked for them`, 'look at Settings → Actions → Runners');
  });
}

const hosted = /^(?:ubuntu|windows|macos)-(?:latest|\d[\w.-]*)$/;

function wanted(
  policy: Policy,
): ReadonlyMap<string, { readonly labels: readonly string[]; readonly by: readonly string[] }> {
  const uses: readonly (readonly [by: string, labels: readonly string[]])[] = [
    ['evaluations', policy['evaluate-runner']],
    ['forks', policy.forks.runner],
    ...Object.entries(policy.models).flatMap(([name, { train }]) =>
      trainingLabels(train).map((labels) => [`trains \`${name}\``, labels] as const),
    ),
  ];
  const found = new Map<string, { readonly labels: readonly string[]; readonly by: readonly string[] }>();
  for (const [by, labels] of uses) {
    const key = keyOf(labels);
    found.set(key, { labels, by: [...(found.get(key)?.by ?? []), by] });
  }
  return found;
}

function trainingLabels(train: TrainPolicy | undefined): readonly (readonly string[])[] {
  const onDemand = train?.['on-demand-runner'];
  return [...(train === undefined ? [] : [train.runner]), ...(onDemand === undefined ? [] : [onDemand])];
}

/** Labels are a set, and GitHub does not look at their case. */
function keyOf(labels: readonly string[]): string {
  return [...labels.map((label) => label.toLowerCase())].sort().join('\n');
}

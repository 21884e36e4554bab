import { type Entries, entriesOf } from './entries.ts';
import { describe, type Finding } from './explain-issue.ts';
import { ForkPolicy } from './fork-policy.ts';
import { TrainPolicy } from './policy.ts';

/**
 * A stranger's code gets no machine that stays. GitHub gives a job to any runner that has all of its labels, so a label
 * of a self-hosted runner of this policy leads there as well.
 */
export function forkFindings(document: Entries): readonly Finding[] {
  const parsed = ForkPolicy.shape.runner.safeParse(entriesOf(document['forks'])['runner']);
  if (!parsed.success) return [];
  const trainers = Object.values(entriesOf(document['models']))
    .map((model) => entriesOf(model)['train'])
    .filter((train) => train !== undefined)
    .map(entriesOf)
    .flatMap((train) => [train['runner'] ?? TrainPolicy.shape.runner.def.defaultValue, train['on-demand-runner']]);
  const staying = [...trainers, document['evaluate-runner']].map(labelsOf).filter((labels) => labels.includes(itself));
  const labels = new Set([itself, ...staying.flat()]);
  const index = parsed.data.findIndex((label) => labels.has(label.toLowerCase()));
  if (index < 0) return [];
  return [
    {
      at: ['forks', 'runner', index],
      part: 'value',
      expected: 'labels of machines that are thrown away after a job',
      found: `${describe(parsed.data[index])}, which a self-hosted runner has`,
      fix: 'name a runner that GitHub hosts, e.g. `ubuntu-latest`',
    },
  ];
}

/** GitHub gives it to every runner that is not its own: https://docs.github.com/actions/reference/runners/self-hosted-runners */
const itself = 'self-hosted';

function labelsOf(value: unknown): readonly string[] {
  const labels: readonly unknown[] = Array.isArray(value) ? value : [];
  return labels.flatMap((label) => (typeof label === 'string' ? [label.toLowerCase()] : []));
}

import { fairnessDefinitions, fairnessMetrics } from '../evaluate/fairness/fairness-metric.ts';
import { type Entries, entriesOf } from './entries.ts';
import type { Finding } from './explain-issue.ts';
import { FairnessPolicy } from './fairness-policy.ts';
import type { ModelPolicy } from './policy.ts';
import { quoted } from './quoted.ts';

type Draft = { readonly [Key in keyof ModelPolicy]?: ModelPolicy[Key] | undefined };

const classified: readonly string[] = ['binary', 'multiclass', 'text-classification'];

/** How `fairness` fits the rest of its model: looks at entries that are well formed only, as the other rules do. */
export function fairnessFindings(model: Draft, written: Entries): readonly Finding[] {
  const fairness = entriesOf(written['fairness']);
  if (written['fairness'] === undefined) return [];
  if (model.task !== undefined && !classified.includes(model.task)) {
    return [
      {
        at: ['fairness'],
        part: 'key',
        expected: '`fairness` with task binary, multiclass or text-classification only',
        found: `task ${model.task}`,
        fix: 'remove it: only a predicted class can select somebody',
      },
    ];
  }
  return [
    ...protectedFindings(model, fairness),
    ...intersectionFindings(fairness),
    ...((model.task === 'multiclass' || model.task === 'text-classification') &&
    fairness['positive-label'] === undefined
      ? [labelMissing]
      : []),
    ...gateFindings(fairness),
  ];
}

const labelMissing: Finding = {
  at: ['fairness', 'positive-label'],
  part: 'key',
  absent: true,
  expected: 'the class whose prediction counts as being selected',
  found: 'nothing',
  fix: 'add `positive-label` to `fairness`: with many classes nothing else says it',
};

function protectedFindings(model: Draft, fairness: Entries): readonly Finding[] {
  const parsed = FairnessPolicy.shape.protected.safeParse(fairness['protected']);
  if (!parsed.success) return [];
  return parsed.data.flatMap((name, index): readonly Finding[] => {
    const finding = { at: ['fairness', 'protected', index], part: 'value' } as const;
    if (name === model.target) {
      const found = `the target ${quoted(name)}`;
      return [
        { ...finding, expected: 'columns other than the target', found, fix: 'name what people are told apart by' },
      ];
    }
    if (parsed.data.indexOf(name) === index) return [];
    return [{ ...finding, expected: 'each column once', found: `${quoted(name)} again`, fix: 'remove it' }];
  });
}

function intersectionFindings(fairness: Entries): readonly Finding[] {
  const names = FairnessPolicy.shape.protected.safeParse(fairness['protected']);
  const pairs = FairnessPolicy.shape.intersections.safeParse(fairness['intersections']);
  if (!names.success || !pairs.success) return [];
  return pairs.data.flatMap((pair, index): readonly Finding[] => {
    const unknown = pair.filter((name) => !names.data.includes(name));
    if (unknown.length === 0 && pair[0] !== pair[1]) return [];
    return [
      {
        at: ['fairness', 'intersections', index],
        part: 'value',
        expected: 'two columns of `protected`',
        found: unknown.length > 0 ? unknown.map(quoted).join(', ') : `${quoted(pair[0] ?? '')} twice`,
        fix: 'choose two different columns that `protected` names',
      },
    ];
  });
}

function gateFindings(fairness: Entries): readonly Finding[] {
  const gates = entriesOf(fairness['gates']);
  return fairnessMetrics.flatMap((metric): readonly Finding[] => {
    const [wrong, right] =
      fairnessDefinitions[metric].compares === 'ratio' ? ['at-most', 'at-least'] : ['at-least', 'at-most'];
    if (!(wrong in entriesOf(gates[metric]))) return [];
    return [
      {
        at: ['fairness', 'gates', metric, wrong],
        part: 'key',
        expected: `\`${right}\``,
        found: `\`${wrong}\``,
        fix:
          right === 'at-least'
            ? 'write `at-least`: a ratio of 1 is equal treatment'
            : 'write `at-most`: a distance of 0 is equal treatment',
      },
    ];
  });
}

import { metricDefinitions, metricNames } from '../evaluate/metric-name.ts';
import type { Finding } from './explain-issue.ts';
import type { ModelPolicy } from './policy.ts';
import { quoted } from './quoted.ts';

type Draft = { readonly [Key in keyof ModelPolicy]?: ModelPolicy[Key] | undefined };

/** How the keys about comparing fit the rest of their model: looks at entries that are well formed only. */
export function comparisonFindings(model: Draft): readonly Finding[] {
  return [...clusterFindings(model), ...crossFindings(model), ...slicesGateFindings(model)];
}

function clusterFindings({ cluster, target }: Draft): readonly Finding[] {
  if (cluster === undefined || cluster !== target) return [];
  return [
    {
      at: ['cluster'],
      part: 'value',
      expected: 'a column other than the target',
      found: `the target ${quoted(cluster)}`,
      fix: 'name the column that rows of one user, document or day share, or remove it',
    },
  ];
}

function crossFindings({ 'slice-crosses': crosses = [] }: Draft): readonly Finding[] {
  return crosses.flatMap(([first, second], index): readonly Finding[] => {
    if (first !== second) return [];
    return [
      {
        at: ['slice-crosses', index],
        part: 'value',
        expected: 'two columns',
        found: `${quoted(first ?? '')} twice`,
        fix: 'name two different columns, or put the one into `slices`',
      },
    ];
  });
}

function slicesGateFindings(model: Draft): readonly Finding[] {
  const { 'slices-gate': gate, metrics, slices = [], 'slice-crosses': crosses = [] } = model;
  if (gate === undefined || metrics === undefined) return [];
  const at = ['slices-gate'];
  if (slices.length + crosses.length === 0) {
    const fix = 'add `slices` with the columns whose values must each keep the gate';
    return [{ at, part: 'key', expected: '`slices` or `slice-crosses` beside it', found: 'neither', fix }];
  }
  const isSampled = (name: (typeof metricNames)[number]) =>
    !['milliseconds', 'bytes'].includes(metricDefinitions[name].unit);
  const bare = (gate.metrics ?? []).flatMap((name, index): readonly Finding[] => {
    const place = { at: ['slices-gate', 'metrics', index], part: 'value' } as const;
    if (metrics[name] !== undefined && isSampled(name)) return [];
    const fitting = metricNames.filter((known) => metrics[known] !== undefined && isSampled(known));
    const expected = 'a metric of this model that is measured on rows';
    return [{ ...place, expected, found: quoted(name), fix: `choose among ${fitting.join(', ') || 'none: add one'}` }];
  });
  const isBound = metricNames.some((name) => isSampled(name) && metrics[name]?.['not-worse-by'] !== undefined);
  if (gate['not-worse-by'] === undefined && !isBound) {
    const fix = 'add `not-worse-by` to it, e.g. `not-worse-by: 2%`';
    return [...bare, { at, part: 'key', expected: 'a margin', found: 'none, here or at a metric', fix }];
  }
  return bare;
}

import { folderMatcher } from '../change/glob.ts';
import { metricDefinitions, metricNames } from '../evaluate/metric-name.ts';
import { accessFindings } from './access-rules.ts';
import { comparisonFindings } from './comparison-rules.ts';
import { type Entries, entriesOf } from './entries.ts';
import { describe, type Finding } from './explain-issue.ts';
import { fairnessFindings } from './fairness-rules.ts';
import { forkFindings } from './fork-rules.ts';
import { nearest } from './nearest.ts';
import { ModelPolicy } from './policy.ts';
import { quoted } from './quoted.ts';
import { rolloutFindings } from './rollout-rules.ts';
import { taskFindings } from './task-rules.ts';

type Draft = { readonly [Key in keyof ModelPolicy]?: ModelPolicy[Key] | undefined };

/**
 * What no single key can show: how the entries of one model fit together, and who may not have which right. Each rule
 * looks only at entries that are themselves well formed, so that one mistake is reported once.
 */
export function ruleFindings(document: unknown): readonly Finding[] {
  const entries = entriesOf(document);
  return [
    ...accessFindings(entries),
    ...forkFindings(entries),
    ...rolloutFindings(entries),
    ...modelsFindings(document),
  ];
}

function modelsFindings(document: unknown): readonly Finding[] {
  const models = entriesOf(entriesOf(document)['models']);
  return Object.entries(models).flatMap(([name, written]) => {
    if (written === null || typeof written !== 'object' || Array.isArray(written)) return [];
    return modelFindings(wellFormed(written), entriesOf(written)).map((finding) => ({
      ...finding,
      at: ['models', name, ...finding.at],
    }));
  });
}

function modelFindings(model: Draft, written: Entries): readonly Finding[] {
  return [
    ...missingSource(written),
    ...columns(model),
    ...metrics(model, written),
    ...comparisonFindings(model),
    ...fairnessFindings(model, written),
    ...taskFindings(model, written),
    ...holdoutInTraining(written),
    ...outputs(written),
  ];
}

function missingSource(written: Entries): readonly Finding[] {
  // A misspelt `train` is reported as such, not as missing too.
  const meant = Object.keys(written).map((key) => nearest(key, Object.keys(ModelPolicy.shape)));
  if (meant.includes('model') || meant.includes('train')) return [];
  return [
    {
      at: ['model'],
      part: 'key',
      absent: true,
      expected: '`train`, `model` or both',
      found: 'neither',
      fix: 'add `train` with the command that trains it, or `model` with the committed file',
    },
  ];
}

function columns(model: Draft): readonly Finding[] {
  const findings: Finding[] = [];
  const { target, id, features = [] } = model;
  for (const [index, feature] of features.entries()) {
    const at = ['features', index];
    if (feature === target) {
      findings.push({
        at,
        part: 'value',
        expected: 'columns other than the target',
        found: `the target ${quoted(feature)}`,
        fix: 'remove it: a model that reads the truth is not measured',
      });
    } else if (feature === id) {
      findings.push({
        at,
        part: 'value',
        expected: 'columns other than `id`',
        found: quoted(feature),
        fix: 'remove it',
      });
    } else if (features.indexOf(feature) !== index) {
      findings.push({
        at,
        part: 'value',
        expected: 'each column once',
        found: `${quoted(feature)} again`,
        fix: 'remove it',
      });
    }
  }
  if (id !== undefined && id === target) {
    findings.push({
      at: ['id'],
      part: 'value',
      expected: 'a column other than the target',
      found: quoted(id),
      fix: 'name another column or remove `id`',
    });
  }
  if (model['positive-label'] !== undefined && model.task !== undefined && model.task !== 'binary') {
    findings.push({
      at: ['positive-label'],
      part: 'key',
      expected: '`positive-label` with task binary only',
      found: `task ${model.task}`,
      fix: 'remove it',
    });
  }
  return findings;
}

/** Looks at the names that were written, so that a gate with a mistake of its own is still held against the task. */
function metrics(model: Draft, written: Entries): readonly Finding[] {
  const findings: Finding[] = [];
  const gates = entriesOf(written['metrics']);
  for (const [name, gate] of Object.entries(gates)) {
    const metric = metricNames.find((known) => known === name);
    if (metric === undefined) continue;
    const definition = metricDefinitions[metric];
    if (model.task !== undefined && !definition.tasks.includes(model.task)) {
      const task = model.task;
      const fitting = metricNames.filter((known) => metricDefinitions[known].tasks.includes(task));
      findings.push({
        at: ['metrics', name],
        part: 'key',
        expected: `a metric of task ${task}`,
        found: `${quoted(name)}, which is for ${definition.tasks.join(' and ')}`,
        fix: `choose among ${fitting.join(', ')}`,
      });
    }
    const { 'at-least': least, 'at-most': most } = entriesOf(gate);
    if (typeof least === 'number' && typeof most === 'number' && least > most) {
      findings.push({
        at: ['metrics', name, 'at-least'],
        part: 'value',
        expected: `at most the \`at-most\` of ${most}`,
        found: describe(least),
        fix: 'no value can satisfy both: change one',
      });
    }
  }
  return findings;
}

function holdoutInTraining(written: Entries): readonly Finding[] {
  const data = entriesOf(written['data']);
  const train = pathsIn(data['train']).map((entry) => ({ ...entry, matches: folderMatcher([entry.path]) }));
  return pathsIn(data['holdout']).flatMap(({ path, at }): readonly Finding[] => {
    const holding = train.find((entry) => entry.path === path || entry.matches(path));
    if (holding === undefined) return [];
    return [
      {
        at: ['data', 'holdout', ...at],
        part: 'value',
        expected: 'rows that are not trained on',
        found: `${quoted(path)}, which \`train\` holds too (${quoted(holding.path)})`,
        fix: 'name the training files so that the holdout is not among them, or move the holdout',
      },
    ];
  });
}

function outputs(written: Entries): readonly Finding[] {
  const train = entriesOf(written['train']);
  const output = train['output'];
  if (typeof output !== 'string' || output === '') return [];
  const data = entriesOf(written['data']);
  const clean = trimmed(output);
  for (const key of ['train', 'holdout', 'schema']) {
    const hit = pathsIn(data[key]).find(({ path }) => collides(clean, trimmed(path)));
    if (hit === undefined) continue;
    return [
      {
        at: ['train', 'output'],
        part: 'value',
        expected: 'a place of its own',
        found: `${quoted(output)}, which collides with \`data.${key}\` (${quoted(hit.path)})`,
        fix: 'let the command write elsewhere, e.g. into `out/`',
      },
    ];
  }
  return [];
}

function collides(output: string, data: string): boolean {
  return output === '.' || output === data || data.startsWith(`${output}/`) || folderMatcher([data])(output);
}

function trimmed(path: string): string {
  return path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
}

function pathsIn(value: unknown): readonly { readonly path: string; readonly at: readonly number[] }[] {
  if (typeof value === 'string') return [{ path: value, at: [] }];
  if (!Array.isArray(value)) return [];
  // More than a hundred are refused as such, and not compared with each other.
  return value.slice(0, 100).flatMap((path, index) => (typeof path === 'string' ? [{ path, at: [index] }] : []));
}

function wellFormed(written: object): Draft {
  const draft: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(ModelPolicy.shape)) {
    const parsed = schema.safeParse(entriesOf(written)[key]);
    if (parsed.success) draft[key] = parsed.data;
  }
  return draft;
}

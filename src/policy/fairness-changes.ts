import { fairnessDefinitions, fairnessMetrics } from '../evaluate/fairness/fairness-metric.ts';
import type { FairnessGate, FairnessPolicy } from './fairness-policy.ts';
import { quoted } from './quoted.ts';

type Given = FairnessPolicy | undefined;

/** What an edit of one model's `fairness` would change, one sentence each; what makes it easier to pass says so. */
export function fairnessChanges(before: Given, after: Given): readonly string[] {
  if (before === undefined && after === undefined) return [];
  if (after === undefined) return ['no longer looks at fairness (loosened).'];
  if (before === undefined) {
    const gates = Object.keys(after.gates).length;
    return [
      `looks at fairness by ${listed(after.protected)} from now on, with ${gates} ${gates === 1 ? 'gate' : 'gates'}.`,
    ];
  }
  return [
    ...memberChanges(before.protected, after.protected, (name) => `fairness by ${quoted(name)}`),
    ...memberChanges(
      before.intersections.map(crossed),
      after.intersections.map(crossed),
      (name) => `fairness by ${name}`,
    ),
    ...labelChange(before['positive-label'], after['positive-label']),
    ...(['min-rows', 'min-cases'] as const).flatMap((key) => minimumChange(key, before[key], after[key])),
    ...fairnessMetrics.flatMap((metric) =>
      gateChanges(fairnessDefinitions[metric].title, before.gates[metric], after.gates[metric]),
    ),
  ];
}

function memberChanges(
  before: readonly string[],
  after: readonly string[],
  words: (name: string) => string,
): readonly string[] {
  return [
    ...before.filter((name) => !after.includes(name)).map((name) => `no longer looks at ${words(name)} (loosened).`),
    ...after.filter((name) => !before.includes(name)).map((name) => `looks at ${words(name)} from now on.`),
  ];
}

/** Another class makes every gate ask another question, so nobody should take it for the same. */
function labelChange(
  before: FairnessPolicy['positive-label'],
  after: FairnessPolicy['positive-label'],
): readonly string[] {
  if (before === after) return [];
  const words = (label: FairnessPolicy['positive-label']) =>
    label === undefined ? 'the default' : quoted(String(label));
  return [`changes \`fairness.positive-label\` from ${words(before)} to ${words(after)} (loosened).`];
}

/** With a higher minimum fewer groups are assessed. */
function minimumChange(key: string, before: number, after: number): readonly string[] {
  if (before === after) return [];
  return [`changes \`fairness.${key}\` from ${before} to ${after}${after > before ? ' (loosened)' : ''}.`];
}

function gateChanges(
  title: string,
  before: FairnessGate | undefined,
  after: FairnessGate | undefined,
): readonly string[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined) return [`gates ${title} from now on.`];
  if (after === undefined) return [`no longer gates ${title} (loosened).`];
  return (['at-most', 'at-least', 'not-worse-by'] as const).flatMap((bound) => {
    const [old, now] = [before[bound], after[bound]];
    if (old === now) return [];
    if (old === undefined) return [`gate on ${title}: sets \`${bound}\` to ${now}.`];
    if (now === undefined) return [`gate on ${title}: removes \`${bound}\`, which was ${old} (loosened).`];
    const isLooser = bound === 'at-least' ? now < old : now > old;
    return [`gate on ${title}: changes \`${bound}\` from ${old} to ${now}${isLooser ? ' (loosened)' : ''}.`];
  });
}

function crossed(pair: readonly string[]): string {
  return pair.toSorted().map(quoted).join(' × ');
}

function listed(names: readonly string[]): string {
  return new Intl.ListFormat('en').format(names.map(quoted));
}

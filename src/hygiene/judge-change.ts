import { type HygienePolicy, HygienePolicy as Levels } from '../policy/hygiene-policy.ts';
import type { ChangeFacts } from './change-facts.ts';
import { dataWithoutSchema } from './data-without-schema.ts';
import { gateLoosened } from './gate-loosened.ts';
import { holdoutChanged } from './holdout-changed.ts';
import { largeBinary } from './large-binary.ts';
import { modelWithoutCard } from './model-without-card.ts';
import { notebookOutput } from './notebook-output.ts';
import type { Place, Rule, RuleName } from './rule.ts';
import { secret, withoutSecrets } from './secret.ts';
import { unpinnedDependency } from './unpinned-dependency.ts';
import { unseededTraining } from './unseeded-training.ts';

/** Every rule, in the order in which findings are shown. */
export const hygieneRules: readonly Rule[] = [
  secret,
  largeBinary,
  gateLoosened,
  holdoutChanged,
  dataWithoutSchema,
  modelWithoutCard,
  unseededTraining,
  notebookOutput,
  unpinnedDependency,
];

/** Where one rule does not hold in a pull request: the first places, and how many more there are. */
export interface Findings {
  readonly rule: RuleName;
  readonly level: 'fail' | 'warn';
  readonly title: string;
  readonly reason: string;
  readonly fix: string;
  readonly places: readonly Place[];
  readonly more: number;
}

const shownPlaces = 10;

/** What a pull request breaks, failures first. A rule that is off is not looked at. */
export function judgeChange(facts: ChangeFacts, levels: HygienePolicy = Levels.parse({})): readonly Findings[] {
  const found = hygieneRules.flatMap(({ name, title, reason, fix, places }): readonly Findings[] => {
    const level = levels[name];
    const all = level === 'off' ? [] : places(facts);
    if (level === 'off' || all.length === 0) return [];
    return [
      {
        rule: name,
        level,
        title,
        reason,
        fix,
        places: all.slice(0, shownPlaces).map((place) => ({ ...place, found: withoutSecrets(place.found) })),
        more: Math.max(0, all.length - shownPlaces),
      },
    ];
  });
  return [...found.filter(({ level }) => level === 'fail'), ...found.filter(({ level }) => level === 'warn')];
}

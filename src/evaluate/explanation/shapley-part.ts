import { type ExplanationReport, mostFeatures } from './explanation-report.ts';
import { firstLook, type Models, type Session } from './explanation-session.ts';
import { localExplanation, shapleyFeatures } from './shapley-summary.ts';
import { shapleyValues } from './shapley-values.ts';

/** Shapley values of every feature and group, and of the rows that were asked for by name, as the report shows them. */
export async function shapleyPart(
  session: Session,
  models: Models,
  rows: number,
): Promise<NonNullable<ExplanationReport['shapley']>> {
  const { request, table, groups, players, named, sampled } = session;
  const { target, policy, explanation } = request;
  const explained = [...Array(rows).keys(), ...named.map((_, place) => sampled + place)];
  const background = table.rows.flatMap((_, place) => (place >= sampled + named.length ? [place] : []));
  const first = await firstLook(session, { models, places: explained });
  const by = first.hasScores ? 'score' : 'label';
  const classes = target.task === 'multiclass' ? first.predicted : null;
  const question = {
    table,
    explained,
    background,
    classes,
    by,
    permutations: explanation.permutations,
    groups,
  } as const;
  const candidate = await shapleyValues(models.candidate, question);
  const champion = models.champion && (await shapleyValues(models.champion, question));
  const pair = { table, candidate, champion, rows, confidence: policy.confidence };
  const single = players.map((name, place) => ({ name, place }));
  const grouped = groups.map(({ name }, place) => ({ name, place: players.length + place }));
  const labelOf = (place: number) => {
    if (target.task === 'regression') return null;
    return target.classes[classes === null ? 1 : (classes[place] ?? 0)] ?? '(a class that the target does not have)';
  };
  return {
    kind: 'value',
    answer:
      target.task === 'regression' ? 'prediction' : answerNames[by][target.task === 'multiclass' ? 'many' : 'two'],
    rows,
    background: background.length,
    permutations: explanation.permutations,
    candidateBaseline: meanBaseline(candidate.baselines, rows),
    championBaseline: champion && meanBaseline(champion.baselines, rows),
    efficiencyGap: Math.max(candidate.efficiencyGap, champion?.efficiencyGap ?? 0),
    features: shapleyFeatures(pair, single).slice(0, mostFeatures),
    omitted: Math.max(0, players.length - mostFeatures),
    groups: [...shapleyFeatures(pair, grouped)],
    locals: named.map(({ name }, at) =>
      localExplanation(pair, { place: rows + at, name, explainedClass: labelOf(rows + at) }),
    ),
  };
}

const answerNames = {
  score: { two: 'positive-probability', many: 'predicted-probability' },
  label: { two: 'label', many: 'label' },
} as const;

function meanBaseline(baselines: Float64Array, rows: number): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += baselines[row] ?? 0;
  return sum / rows;
}

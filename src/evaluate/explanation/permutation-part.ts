import { AppError } from '../../error.ts';
import type { ExplanationLoss } from '../../policy/explanation-policy.ts';
import { estimateOf } from './estimate.ts';
import { type ExplanationReport, mostFeatures } from './explanation-report.ts';
import { type ExplanationRequest, firstLook, type Models, type Session } from './explanation-session.ts';
import { cyclicDonors, type Loss, permutationImportance } from './permutation-importance.ts';
import { changesOf, ranked } from './ranking.ts';

/** Permutation importance of every feature and group, as the report shows it. */
export async function permutationPart(
  session: Session,
  models: Models,
  rows: number,
): Promise<NonNullable<ExplanationReport['permutation']>> {
  const { request, table, groups, players } = session;
  const { confidence } = request.policy;
  const first = await firstLook(session, { models, places: [...Array(rows).keys()] });
  const loss = lossOf(request, first.hasScores);
  const donors = cyclicDonors(rows, request.explanation.permutations);
  const single = players.map((name, place) => ({ name, members: [place] }));
  const truths = Float64Array.from({ length: rows }, (_, row) => table.rows[row]?.truth ?? Number.NaN);
  const losses = await permutationImportance({
    table,
    truths,
    groups: [...single, ...groups],
    ...models,
    loss,
    donors,
  });
  const listed = (some: readonly Loss[]) => {
    const changes = changesOf(
      some.map(({ difference }) => difference),
      confidence,
    );
    const features = some.map(({ name, candidate, champion }, place) => ({
      name: name.slice(0, 200),
      candidate: estimateOf(candidate, confidence),
      champion: champion && estimateOf(champion, confidence),
      difference: changes[place] ?? null,
    }));
    const importance = ({ candidate, champion }: (typeof features)[number]) =>
      Math.max(candidate.value, champion?.value ?? Number.NEGATIVE_INFINITY);
    return ranked(features, { importance, confidence });
  };
  return {
    kind: 'value',
    loss,
    candidateLoss: losses.candidate,
    championLoss: losses.champion,
    rows,
    permutations: donors.length,
    features: listed(losses.features.slice(0, players.length)).slice(0, mostFeatures),
    omitted: Math.max(0, players.length - mostFeatures),
    groups: [...listed(losses.features.slice(players.length))],
  };
}

/** The loss of the policy, or the usual one. Throws `bad-config` for one that the task or the models do not have. */
function lossOf({ target, explanation }: ExplanationRequest, hasScores: boolean): ExplanationLoss {
  const possible: readonly ExplanationLoss[] =
    target.task === 'regression'
      ? ['squared-error', 'absolute-error']
      : hasScores
        ? ['log-loss', 'brier', 'error']
        : ['error'];
  const loss = explanation.loss ?? possible[0] ?? 'error';
  if (possible.includes(loss)) return loss;
  throw new AppError(
    'bad-config',
    `expected an \`explanation.loss\` of ${possible.join(', ')} for task ${target.task}${hasScores ? '' : ' and models that give labels only'}, found ${loss}; choose one, or leave it out`,
  );
}

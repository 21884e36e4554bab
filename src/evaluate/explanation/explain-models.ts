import { AppError } from '../../error.ts';
import { askedModel, explainedTasks } from './asked-model.ts';
import { explanationCost, type MethodCost } from './explanation-cost.ts';
import type { ExplanationReport } from './explanation-report.ts';
import {
  chosenRows,
  type ExplanationRequest,
  groupsOf,
  type Models,
  type Session,
  wishesOf,
} from './explanation-session.ts';
import { permutationPart } from './permutation-part.ts';
import { shapleyPart } from './shapley-part.ts';

/**
 * Explains both models with the same mixed rows, within the budget. What cannot be explained says so in the report: nothing
 * here keeps the rest of an evaluation from being used. Throws AppError only for rows, groups or columns that are not there.
 */
export async function explainModels(request: ExplanationRequest): Promise<ExplanationReport> {
  const { policy, explanation, target, candidate } = request;
  const report = {
    confidence: policy.confidence,
    ofRows: target.rows,
    features: 0,
    championAbsence: absenceOf(request.champion),
    modelRows: { estimated: 0, asked: 0, budget: explanation['budget-rows'] },
    notes: [],
  };
  const refusal = refusalOf(request);
  if (refusal !== null) {
    const missing = { kind: 'missing', reason: refusal } as const;
    const { method } = explanation;
    return {
      ...report,
      ...(method === 'shapley' ? {} : { permutation: missing }),
      ...(method === 'permutation' ? {} : { shapley: missing }),
    };
  }
  const champion = report.championAbsence === null && !(request.champion instanceof AppError) ? request.champion : null;
  const wishes = wishesOf([candidate, ...(champion === null ? [] : [champion])]);
  const players = [...new Set(wishes.map(({ name }) => name))];
  const groups = groupsOf(explanation, { players, columns: request.dataset.columns.map(({ name }) => name) });
  const background = Math.min(explanation.background, request.reference?.rows ?? target.rows);
  const cost = explanationCost({
    policy: explanation,
    rows: target.rows,
    features: players.length,
    groups: groups.length,
    models: champion === null ? 1 : 2,
    locals: request.names.length,
    background,
    // One more than the target has: a class that only a model knows.
    classes: target.task === 'multiclass' ? target.classes.length + 1 : 1,
  });
  const session = {
    ...(await chosenRows(request, { wishes, cost, background })),
    request,
    players,
    groups,
    asked: 0,
    absence: report.championAbsence,
  };
  const onAsked = (rows: number) => {
    session.asked += rows;
    request.onProgress?.({ rows: session.asked, totalRows: Math.max(cost.modelRows, session.asked) });
  };
  const models: Models = {
    candidate: askedModel({ name: 'candidate', runtime: candidate, target, onAsked }),
    champion: champion && askedModel({ name: 'champion', runtime: champion, target, onAsked }),
  };
  const permutation =
    cost.permutation && (await attempt(session, { models, cost: cost.permutation, work: permutationPart }));
  const shapley = cost.shapley && (await attempt(session, { models, cost: cost.shapley, work: shapleyPart }));
  return {
    ...report,
    features: players.length,
    championAbsence: session.absence,
    modelRows: { ...report.modelRows, estimated: cost.modelRows, asked: session.asked },
    ...(permutation === null ? {} : { permutation }),
    ...(shapley === null ? {} : { shapley }),
    notes: [...cost.notes],
  };
}

/** Does one part; a champion that fails on the way is left out and the part done again, a candidate that fails ends it. */
async function attempt<Done>(
  session: Session,
  options: {
    readonly models: Models;
    readonly cost: MethodCost;
    readonly work: (session: Session, models: Models, rows: number) => Promise<Done>;
  },
): Promise<Done | { kind: 'missing' | 'failed'; reason: string }> {
  const { models, cost, work } = options;
  if (cost.kind === 'refused') return { kind: 'missing', reason: cost.reason.slice(0, 1000) };
  if (cost.rows < 2)
    return { kind: 'missing', reason: `expected at least 2 holdout rows with a truth, found ${cost.rows}` };
  const champion = session.absence === null ? models.champion : null;
  try {
    return await work(session, { candidate: models.candidate, champion }, cost.rows);
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    if (champion === null || champion.failure !== thrown) {
      return { kind: 'failed', reason: thrown.message.slice(0, 1000) };
    }
    session.absence = `The champion could not be explained: ${thrown.message}`.slice(0, 1000);
    return await attempt(session, options);
  }
}

function refusalOf({ policy, candidate }: ExplanationRequest): string | null {
  if (!explainedTasks.some((task) => task === policy.task)) {
    return `explanations are of the tasks ${explainedTasks.join(', ')}, not of ${policy.task}`;
  }
  return candidate.isTimed
    ? null
    : 'the candidate’s answers are looked up: they say nothing of rows with other values, so that only a model can be explained';
}

function absenceOf(champion: ExplanationRequest['champion']): string | null {
  if (champion === null) return 'no champion yet';
  if (champion instanceof AppError) return champion.message.slice(0, 1000);
  return champion.isTimed ? null : 'the champion’s answers are looked up: they say nothing of rows with other values';
}

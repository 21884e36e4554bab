import { AppError } from '../../error.ts';
import type { Target } from '../target.ts';
import type { TaskReport } from '../task-report.ts';
import type { ThresholdedSides } from '../threshold/threshold-sides.ts';
import { taskDetails } from './task-details.ts';

/** The details of an evaluation, as a part of its report: empty when the task has none. */
export function evaluationDetails(options: {
  readonly target: Target;
  readonly asked: ThresholdedSides;
  readonly confidence: number;
}): { readonly details?: TaskReport } {
  const { target, asked, confidence } = options;
  const { candidate, threshold } = asked;
  const champion = asked.champion instanceof AppError ? null : asked.champion;
  const absent =
    asked.champion instanceof AppError
      ? ({ kind: 'failed', reason: asked.champion.message.slice(0, 500) } as const)
      : ({ kind: 'missing', reason: 'no champion yet' } as const);
  const isSame = champion?.runtime.identity.digest === candidate.runtime.identity.digest;
  const found = taskDetails({
    target,
    candidate: candidate.scores,
    champion: champion?.scores ?? null,
    settings: { confidence, isSame, absent },
  });
  const notes = [candidate, champion].flatMap((side) => side?.runtime.notes ?? []);
  const details = {
    ...found,
    ...(threshold === null ? {} : { threshold }),
    ...(notes.length === 0 ? {} : { notes: [...new Set(notes)].map((note) => note.slice(0, 500)).slice(0, 10) }),
  };
  return Object.keys(details).length === 0 ? {} : { details };
}

import type { Judgement } from '../decide/judgement.ts';
import type { PullView } from '../decide/view.ts';
import type { Result } from '../result.ts';
import { essential, fitted } from './budget.ts';
import { link } from './escape.ts';
import { modelHeading, modelPieces } from './model-section.ts';

/** GitHub takes 1 MiB per step; a summary longer than this is not read. */
const summaryLimitBytes = 200_000;

/** The job summary of one evaluated model, in the words of the comment. */
export function renderSummary(options: {
  readonly result: Result;
  readonly judgement: Judgement;
  /** Where the HTML report can be had; null where there is none. */
  readonly reportUrl?: string | null;
}): string {
  const { result, judgement, reportUrl = null } = options;
  const view = viewOf(result, judgement);
  const parts = view.models.flatMap((model) => [
    {
      name: 'the heading',
      weight: essential,
      text: `### ${modelHeading(model, view.updatedAt)}`,
      joins: 'block' as const,
    },
    ...modelPieces(model, { view, twin: null }),
  ]);
  const report =
    reportUrl === null ? '' : `**Report** ${link('all of this as one HTML page, with plots', reportUrl)} (a zip)`;
  if (report !== '') parts.push({ name: 'the report', weight: essential, text: report, joins: 'block' });
  const note = () => '**Left out** to fit into one summary. All of it is in the report.';
  return `${fitted(parts, { limit: summaryLimitBytes, note })}\n`;
}

/** The result by itself, as a pull request with this one model would show it. */
function viewOf(result: Result, judgement: Judgement): PullView {
  const [owner = '', name = ''] = result.repository.split('/');
  return {
    repository: { owner, name },
    number: null,
    head: result.head,
    base: { ref: 'base', sha: result.base },
    models: [
      {
        model: result.model,
        causes: [],
        files: [],
        pointers: [],
        runUrl: null,
        state: {
          kind: 'judged',
          judgement,
          result,
          isFirstChampion: false,
          reusedFrom: null,
          waitedSeconds: null,
          ranSeconds: null,
        },
      },
    ],
    policy: { kind: 'valid' },
    proposedPolicy: null,
    notes: [],
    history: [],
    next: [],
    updatedAt: result.finishedAt,
  };
}

import type { SchemaProblem } from '../data/validation-report.ts';
import { checkButtons } from '../decide/check-buttons.ts';
import { checkName, policyCheckName } from '../decide/check-name.ts';
import type { ModelState, ModelView, PullView } from '../decide/view.ts';
import type { Annotation, CheckContent } from '../effect.ts';
import { type Problem, problemText } from '../error.ts';
import { policyPath } from '../policy/policy.ts';
import { essential, fitted, type Piece } from './budget.ts';
import { dataSection } from './data-section.ts';
import { codeBlock, plain, prose, webAddress } from './escape.ts';
import { foldedSections } from './folded-sections.ts';
import { heldSection } from './holds.ts';
import { coreSection, logTail, modelHeading, runStrip } from './model-section.ts';
import { counted } from './number.ts';
import { capital, outcomeOf, sentence } from './outcome.ts';
import { policyHeading, policySection } from './policy-section.ts';

/** GitHub takes 65 535 characters; bytes are never fewer. */
const textLimitBytes = 65_000;
const titleLimit = 160;
/** More annotations than this help nobody; they go to GitHub in requests of 50. */
const mostAnnotations = 200;

/** The check of each model, and that of the policy when it cannot be used or is edited here. */
export function renderChecks(view: PullView): readonly CheckContent[] {
  return [...view.models.map((model) => modelCheck(model, view)), ...policyCheck(view)];
}

type Conclusion = NonNullable<CheckContent['conclusion']>;

function conclusionOf(state: ModelState): Conclusion | null {
  switch (state.kind) {
    case 'queued':
    case 'running':
      return null;
    case 'judged': {
      if (state.isFirstChampion) return 'neutral';
      const { verdict, review } = state.judgement;
      if (verdict === 'pass') return review ? 'neutral' : 'success';
      return verdict === 'inconclusive' ? 'action_required' : 'failure';
    }
    case 'failed':
      return 'failure';
    case 'refused':
      return 'action_required';
    case 'cancelled':
    case 'superseded':
      return 'cancelled';
    case 'frozen':
    case 'nothing':
    case 'over-budget':
      return 'neutral';
    default:
      return state satisfies never;
  }
}

function modelCheck(model: ModelView, view: PullView): CheckContent {
  const { state } = model;
  const conclusion = conclusionOf(state);
  const now = view.updatedAt;
  return {
    name: checkName(model.model),
    status: conclusion !== null ? 'completed' : state.kind === 'running' ? 'in_progress' : 'queued',
    conclusion,
    title: plain(`${capital(outcomeOf(state).word)}: ${sentence(model, now).replaceAll('`', '')}`, titleLimit),
    summary: joined([
      `### ${modelHeading(model, now)}`,
      coreSection(model, view),
      state.kind === 'judged' ? dataSection(state.result, model.pointers) : '',
      runStrip(model),
      heldSection(view.held?.filter((one) => one.model === model.model)),
    ]),
    text: joined([
      ...foldedSections(model, view).map(({ summary, body }) => `#### ${prose(summary)}\n\n${body}`),
      logTail(state).length > 0 ? `#### The end of the log\n\n${codeBlock(logTail(state))}` : '',
    ]),
    detailsUrl: webAddress(model.runUrl),
    annotations: state.kind === 'judged' ? schemaAnnotations(model, state) : [],
    buttons: checkButtons(model, view),
  };
}

/** Each broken rule where the schema holds it, and where the first rows that break it stand in the data. */
function schemaAnnotations(
  { model }: ModelView,
  { result }: Extract<ModelState, { kind: 'judged' }>,
): readonly Annotation[] {
  const { problems = [], warnings = [] } = result.validation ?? {};
  const levels = [
    ['failure', problems],
    ['warning', warnings],
  ] as const;
  const all = levels.flatMap(([level, broken]) => broken.map((problem) => schemaAnnotation({ model, level, problem })));
  // The rules first: of many rows the first of each is enough to see, and there is a limit to all.
  return [...all.flatMap(({ rule }) => rule), ...all.flatMap(({ rows }) => rows)].slice(0, mostAnnotations);
}

function schemaAnnotation(options: {
  readonly model: string;
  readonly level: Annotation['level'];
  readonly problem: SchemaProblem;
}): { readonly rule: readonly Annotation[]; readonly rows: readonly Annotation[] } {
  const { model, level, problem } = options;
  const rows = problem.rows === null || / rows /.test(problem.found) ? '' : ` in ${counted(problem.rows, 'row')}`;
  const fix = problem.fix === undefined ? '' : `; ${problem.fix}`;
  const about = problem.column === '' ? 'the data' : problem.column;
  const words = { level, title: plain(`${model}: ${about}, ${problem.check}`, 200) };
  const message = `expected ${problem.expected}, found ${problem.found}${rows}${fix}`;
  return {
    rule:
      problem.file === null
        ? []
        : [{ ...words, path: problem.file, line: problem.line ?? 1, message: plain(message, 1000) }],
    rows: (problem.examples ?? []).flatMap(({ file, line, value }): Annotation[] => {
      const here = value === null ? '' : `here ${JSON.stringify(value)}: `;
      return line === null ? [] : [{ ...words, path: file, line, message: plain(`${here}${message}`, 1000) }];
    }),
  };
}

function policyCheck(view: PullView): readonly CheckContent[] {
  const { policy, proposedPolicy } = view;
  if (policy.kind !== 'invalid' && proposedPolicy === null) return [];
  const proposed = proposedPolicy?.problems ?? [];
  const broken = policy.kind === 'invalid' && proposedPolicy === null;
  const conclusion = broken || proposed.length > 0 ? 'failure' : 'success';
  const heading = policyHeading(proposedPolicy === null ? view : { ...view, policy: usable(policy) });
  const said = heading ?? '🟢 Policy valid: what it changes is listed below and counts once it is merged';
  return [
    {
      name: policyCheckName,
      status: 'completed',
      conclusion,
      title: plain(said.replaceAll('`', '').replace(/^\p{Emoji}\s*/u, ''), titleLimit),
      summary: joined([`### ${said}`, policySection(view)]),
      text: '',
      detailsUrl: null,
      annotations: proposed.slice(0, mostAnnotations).map(policyAnnotation),
      buttons: [],
    },
  ];
}

/** A pull request that mends an invalid policy is judged by what it proposes. */
function usable(policy: PullView['policy']): PullView['policy'] {
  return policy.kind === 'invalid' ? { kind: 'valid' } : policy;
}

function policyAnnotation(problem: Problem): Annotation {
  return {
    path: problem.file === '' ? policyPath : problem.file,
    line: Math.max(1, problem.line),
    level: 'failure',
    title: plain(problem.path === '' ? 'policy' : problem.path, 200),
    message: plain(problemText(problem), 2000),
  };
}

function joined(blocks: readonly string[]): string {
  const pieces = blocks
    .filter((block) => block !== '')
    .map(
      (block, index): Piece => ({ name: '', weight: index === 0 ? essential : -index, text: block, joins: 'block' }),
    );
  const note = (names: readonly string[]) =>
    `**Left out** to fit: ${counted(names.length, 'section')}. The report has all.`;
  return fitted(pieces, { limit: textLimitBytes, note });
}

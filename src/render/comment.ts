import type { ModelView, PullView } from '../decide/view.ts';
import { essential, fitted, type Part, type Piece } from './budget.ts';
import { code, htmlProse, link, prose, text } from './escape.ts';
import { heldSection } from './holds.ts';
import { clock, details, shortSha, table, tableHead, tableRow, unbroken } from './markdown.ts';
import { dataIdentity, modelHeading, modelPieces } from './model-section.ts';
import { outcomeOf, sentence, severity } from './outcome.ts';
import { policyHeading, policySection } from './policy-section.ts';

/** The largest comment, in bytes of UTF-8. GitHub takes 65 536 characters; the rest is room for what it counts otherwise. */
export const commentLimitBytes = 60_000;

/** The first line of the one comment of a pull request. It is never seen, and by it people's tools find the comment. */
export const commentMarker = '<!-- siskin:pull -->';

/** The one comment of a pull request: where every model stands, why, and what can be done next. */
export function renderComment(view: PullView): string {
  const concerned = concernedModels(view);
  const parts: Part[] = [
    fixedPiece(commentMarker),
    { ...fixedPiece(`### ${headline(view, concerned)}`), joins: 'row' },
    ...(concerned.length > 1 ? severalModels(concerned, view) : oneModel(concerned[0], view)),
    ...optional('the policy', 95, policySection(view)),
    ...optional('locks and freezes', 91, heldSection(heldBeside(view))),
    ...optional(
      'the notes',
      90,
      view.notes
        .slice(0, 10)
        .map((note) => `**Note** ${prose(note, 500)}`)
        .join('\n\n'),
    ),
    ...optional('earlier commits', 10, historySection(view)),
    ...optional('the next commands', 99, nextLine(view)),
    fixedPiece(footer(view, concerned)),
  ];
  const runUrl = concerned.find((model) => model.runUrl !== null)?.runUrl ?? null;
  return fitted(parts, { limit: commentLimitBytes, note: (names) => cutNote(names, runUrl) });
}

/** The first sentence: of the one model concerned, of the policy when that stands in the way, or of all models together. */
function headline(view: PullView, concerned: readonly ModelView[]): string {
  const [first] = concerned;
  const policy = policyHeading(view);
  if (policy !== null && (concerned.length === 0 || view.policy.kind === 'invalid')) return policy;
  if (first === undefined) {
    return view.proposedPolicy === null
      ? '⚪ Not concerned: nothing in this pull request touches a model'
      : '🟢 Policy valid: this pull request edits it and touches no model';
  }
  return concerned.length === 1 ? modelHeading(first, view.updatedAt) : tally(concerned);
}

/** `🔴 3 models: 1 fail, 1 pass, 1 running`. */
function tally(models: readonly ModelView[]): string {
  const words = new Map<string, number>();
  for (const model of models) {
    const { word } = outcomeOf(model.state);
    words.set(word, (words.get(word) ?? 0) + 1);
  }
  const icon = models[0] === undefined ? '⚪' : outcomeOf(models[0].state).icon;
  return `${icon} ${models.length} models: ${[...words].map(([word, number]) => `${number} ${word}`).join(', ')}`;
}

function oneModel(model: ModelView | undefined, view: PullView): readonly Part[] {
  return model === undefined ? [] : modelPieces(model, { view, twin: null });
}

function severalModels(models: readonly ModelView[], view: PullView): readonly Part[] {
  const head = tableHead([
    { title: 'model', align: 'left' },
    { title: 'verdict', align: 'left' },
    { title: 'in a sentence', align: 'left' },
  ]);
  const rows = models.map((model): Piece => {
    const { icon, word } = outcomeOf(model.state);
    const cells = [code(model.model), unbroken(`${icon} ${word}`), prose(sentence(model, view.updatedAt), 200)];
    return {
      name: `the row of \`${model.model}\``,
      weight: 85 + severity(model.state) / 100,
      text: tableRow(cells),
      joins: 'row',
    };
  });
  return [fixedPiece(head), ...rows, ...sections(models, view)];
}

function sections(models: readonly ModelView[], view: PullView): readonly Part[] {
  const shown = new Map<string, ModelView>();
  return models.map((model) => {
    const data = dataIdentity(model);
    const twin = data === null ? undefined : shown.get(data);
    if (data !== null && twin === undefined) shown.set(data, model);
    return section(model, { view, twin: twin ?? null });
  });
}

/** A model that needs nobody is folded; the others stand open under a heading of their own. */
function section(model: ModelView, place: { readonly view: PullView; readonly twin: ModelView | null }): Part {
  const { view } = place;
  const pieces = modelPieces(model, place);
  const { icon, word } = outcomeOf(model.state);
  if (word !== 'pass') return { open: `#### ${modelHeading(model, view.updatedAt)}`, close: '', pieces };
  const summary = htmlProse(`\`${model.model}\` ${word}: ${sentence(model, view.updatedAt)}`, 320);
  return { open: `<details><summary>${icon} ${summary}</summary>`, close: '</details>', pieces };
}

/** Models that this pull request is about, what a person must act on first. */
function concernedModels(view: PullView): readonly ModelView[] {
  return view.models
    .filter((model) => model.state.kind !== 'nothing')
    .map((model, index) => ({ model, index }))
    .sort((a, b) => severity(b.model.state) - severity(a.model.state) || a.index - b.index)
    .map(({ model }) => model);
}

function historySection(view: PullView): string {
  if (view.history.length === 0) return '';
  const shown = view.history
    .slice(0, 20)
    .map((entry) => [
      code(shortSha(entry.head)),
      text(entry.outcome, 60),
      entry.runUrl === null ? '—' : link('run', entry.runUrl),
    ]);
  const columns = ['commit', 'outcome', 'run'].map((title) => ({ title, align: 'left' }) as const);
  return details(`Earlier commits of this pull request (${view.history.length})`, table(columns, shown));
}

function nextLine(view: PullView): string {
  if (view.next.length === 0) return '';
  return `**Next** ${view.next
    .slice(0, 8)
    .map((command) => code(command, 120))
    .join(' · ')}`;
}

function footer(view: PullView, concerned: readonly ModelView[]): string {
  const judged = concerned.some((model) => model.state.kind === 'judged');
  const facts = [
    view.policy.kind === 'valid'
      ? `Siskin ${judged ? 'judged' : 'looks at'} ${shortSha(view.head)} against ${shortSha(view.base.sha)} with the policy of ${code(view.base.ref, 60)}`
      : `Siskin looked at ${shortSha(view.head)}`,
    ...(judged ? ['▲ better, ▼ worse, whatever the sign', "full report in the run's artifacts"] : []),
    `updated ${clock(view.updatedAt, view.updatedAt)}`,
  ];
  return `<sub>${facts.join(' · ')}</sub>`;
}

function cutNote(names: readonly string[], runUrl: string | null): string {
  const shown = names.slice(-5).map((name) => prose(name, 100));
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more parts` : '';
  return `**Left out** to fit into one comment: ${shown.join(', ')}${more}. All of it is in the checks and ${runUrl === null ? 'the reports' : link('the reports', `${runUrl}#artifacts`)}.`;
}

/** A model that is frozen says so itself. */
function heldBeside({ held, models }: PullView): PullView['held'] {
  const isSaid = models.some(({ state }) => state.kind === 'frozen');
  return isSaid ? held?.filter(({ model }) => model !== null) : held;
}

function fixedPiece(body: string): Piece {
  return { name: '', weight: essential, text: body, joins: 'block' };
}

function optional(name: string, weight: number, body: string): readonly Piece[] {
  return body === '' ? [] : [{ name, weight, text: body, joins: 'block' }];
}

import { html, htmlProse } from '../escape.ts';
import { fairnessSummary } from '../fairness-table.ts';
import { count, counted, percent } from '../number.ts';
import { sliceRows } from '../slice-table.ts';
import type { Scope } from './element.ts';
import type { Subject } from './subject.ts';
import type { Tone } from './tone.ts';

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly tone: Tone;
  /** The section that tells more. */
  readonly section: string;
}

/** The few numbers that a person looks for first, each a link to the section that tells more. */
export function glance(subject: Subject, { prefix }: Scope): string {
  const tiles = tilesOf(subject).map(
    ({ name, value, tone, section }) =>
      `<li><a class="tile ${tone}" href="#${prefix}${section}"><span class="value">${html(value)}</span> <span class="name">${html(name)}</span></a></li>`,
  );
  return tiles.length === 0
    ? ''
    : `<nav ${prefix === '' ? 'aria-label="At a glance"' : `aria-labelledby="${prefix}title"`}><ul class="tiles">${tiles.join('\n')}</ul></nav>`;
}

/** Every reason for a verdict that is not a plain pass; the first of them is the headline already. */
export function reasonList({ judgement }: Subject): string {
  const { reasons } = judgement;
  if (reasons.length < 2) return '';
  const shown = reasons.slice(0, 20).map((reason) => `<li>${htmlProse(reason, 400)}</li>`);
  const more = reasons.length - shown.length;
  return `<ul class="reasons">${shown.join('\n')}${more > 0 ? `<li>${counted(more, 'more reason')}</li>` : ''}</ul>`;
}

function tilesOf({ judgement, measured }: Subject): readonly Tile[] {
  const { drift, evaluation, validation } = measured;
  const tiles: Tile[] = [];
  const { slices: ofSlices = [], edge = [] } = judgement;
  const gates = [...judgement.gates.filter(({ kind }) => kind !== 'info'), ...ofSlices, ...edge];
  if (gates.length > 0) {
    const passed = gates.filter(({ verdict }) => verdict === 'pass').length;
    const isBroken = gates.some(({ verdict, override }) => override === undefined && /fail|error/.test(verdict));
    tiles.push({
      name: `${gates.length === 1 ? 'gate passes' : 'gates pass'}`,
      value: `${passed} of ${gates.length}`,
      tone: isBroken ? 'bad' : passed < gates.length ? 'open' : 'good',
      section: 'metrics',
    });
  }
  if (drift !== null) {
    const seen = Object.values(drift.columns).filter(({ verdict }) => verdict !== 'ignored');
    const moved = seen.filter(({ verdict }) => verdict === 'moved').length;
    const tone = judgement.drift.verdict === 'fail' ? 'bad' : moved > 0 ? 'warn' : 'good';
    tiles.push({ name: 'columns moved', value: `${moved} of ${seen.length}`, tone, section: 'drift' });
  }
  if (validation !== null && validation.schema === 'present') {
    const { problems, verdict, checks } = validation;
    tiles.push({
      name: problems.length === 0 ? 'checks of the schema hold' : 'problems with the schema',
      value: problems.length === 0 ? (verdict === 'pass' ? count(checks) : 'none') : count(problems.length),
      tone: verdict === 'pass' ? 'good' : 'bad',
      section: 'schema',
    });
  }
  if (evaluation === null) return tiles;
  const slices = sliceRows(evaluation);
  if (slices.length > 0) {
    const worse = slices.filter(({ words }) => words.direction === 'worse').length;
    tiles.push({
      name: 'slices worse',
      value: `${worse} of ${slices.length}`,
      tone: worse > 0 ? 'warn' : 'good',
      section: 'slices',
    });
  }
  if (evaluation.fairness !== undefined) {
    tiles.push({
      name: fairnessSummary(evaluation.fairness, judgement.fairness),
      value: 'Fairness',
      tone: treatmentTone(judgement.fairness),
      section: 'fairness',
    });
  }
  const { churn } = evaluation;
  if (churn !== null && churn.rows > 0) {
    tiles.push({
      name: 'of the predictions differ',
      value: percent(churn.changed / churn.rows),
      tone: 'open',
      section: 'metrics',
    });
  }
  tiles.push({ name: 'holdout rows', value: count(evaluation.rows), tone: 'open', section: 'lineage' });
  return tiles;
}

/** Groups that nothing bounds are neither well nor badly treated. */
function treatmentTone(gates: Subject['judgement']['fairness']): Tone {
  if (gates.some(({ verdict }) => verdict === 'fail' || verdict === 'error')) return 'bad';
  return gates.length === 0 || gates.some(({ verdict }) => verdict === 'inconclusive') ? 'open' : 'good';
}

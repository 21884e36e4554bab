import { html } from '../../src/render/escape.ts';
import type { Interval } from '../../src/rollout/evidence.ts';
import type { RolloutRecord } from '../../src/rollout/rollout-record.ts';

/** A rollout with its sealed evidence, as the App has it now. */
export interface WatchedRollout {
  readonly rollout: RolloutRecord;
  readonly intervals: readonly Interval[];
}

/** Every rollout, newest first: what the candidate gets, interval by interval, and how strongly the counts speak. */
export function rolloutSection(watched: readonly WatchedRollout[]): string {
  if (watched.length === 0) return '';
  const entries = watched.map((one) => `<li>${rolloutEntry(one)}</li>`).join('\n');
  return `<section aria-labelledby="rollouts"><h2 id="rollouts">Rollouts</h2><ul class="list">${entries}</ul></section>`;
}

function rolloutEntry({ rollout, intervals }: WatchedRollout): string {
  const { model, environment, release, previous, state } = rollout;
  const title = `<code>${html(model)}</code> ${html(release.version)} to ${html(environment)}${previous === null ? '' : `, where ${html(previous.version)} served`}`;
  const words = `<span class="meta">${html(stateWords(rollout), 400)}</span>`;
  const kind =
    state.kind === 'succeeded'
      ? 'open'
      : ['rolled-back', 'rolling-back', 'failed'].includes(state.kind)
        ? 'closed'
        : 'merged';
  return `<div class="row"><span class="state ${kind}">${html(state.kind)}</span><span class="grow"><strong>${title}</strong><br>${words}</span></div>${weightPicture(intervals)}${evidenceTable({ rollout, intervals })}`;
}

function stateWords({ state, weight, zeroAfterMs }: RolloutRecord): string {
  switch (state.kind) {
    case 'step':
      return `step ${state.step + 1}, ${state.phase}: the candidate gets ${weight} %`;
    case 'rolled-back':
      return `${state.cause.sentence}${zeroAfterMs === null ? '' : `; no traffic ${(zeroAfterMs / 1000).toFixed(1)} s after the verdict`}`;
    case 'rolling-back':
      return state.cause.sentence;
    case 'held':
    case 'failed':
    case 'waiting':
      return state.reason;
    default:
      return `the candidate gets ${weight} %`;
  }
}

const [width, height, mostIntervals] = [480, 48, 120];

/** The weight of each interval as a column; what a picture shows is also said. */
function weightPicture(intervals: readonly Interval[]): string {
  const shown = intervals.filter(({ interval }) => interval >= 0).slice(-mostIntervals);
  if (shown.length === 0) return '';
  const step = width / Math.max(20, shown.length);
  const columns = shown.map(({ weight }, at) => {
    const tall = Math.max(1, (weight / 100) * height);
    return `<rect x="${(at * step).toFixed(1)}" y="${(height - tall).toFixed(1)}" width="${Math.max(1, step - 1).toFixed(1)}" height="${tall.toFixed(1)}"/>`;
  });
  const said = `Weight of the candidate in ${shown.length} intervals, at last ${shown.at(-1)?.weight} percent`;
  return `<svg class="weights" role="img" aria-label="${html(said)}" viewBox="0 0 ${width} ${height}">${columns.join('')}</svg>`;
}

function evidenceTable({ rollout, intervals }: WatchedRollout): string {
  const { judgement, policy } = rollout;
  if (judgement === null) return '';
  const rows = Object.entries(judgement.metrics).map(([name, { harm, nonInferiority, effect }]) => {
    const limits = policy.metrics[name];
    const times =
      effect === null
        ? '–'
        : `${timesWords(effect.estimate)} (${timesWords(effect.low)} to ${timesWords(effect.high)})`;
    const cells = [
      eWords(harm.e, 1 / (limits?.['harm-alpha'] ?? 0.01)),
      eWords(nonInferiority.e, 1 / (limits?.['non-inferiority-alpha'] ?? 0.05)),
      times,
      countWords(intervals, name),
    ];
    return `<tr><th scope="row">${html(name)}</th>${cells.map((cell) => `<td>${html(cell)}</td>`).join('')}</tr>`;
  });
  const head = ['Metric', 'Harm, e', 'Not worse, e', 'Times the champion’s', 'Candidate so far'];
  return `<div class="markdown"><table><thead><tr>${head.map((one) => `<th scope="col">${one}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function timesWords(value: number | null): string {
  return value === null ? '–' : value.toFixed(2);
}

function eWords(e: number, limit: number): string {
  const shown = e >= 10_000 ? e.toExponential(0) : e.toPrecision(3);
  return `${shown} of ${limit.toFixed(0)}${e >= limit ? ' ✓' : ''}`;
}

function countWords(intervals: readonly Interval[], name: string): string {
  let [exposures, events] = [0, 0];
  for (const { metrics } of intervals) {
    const counts = metrics[name]?.candidate;
    if (counts === undefined || 'missing' in counts) continue;
    exposures += counts.n;
    events += 'x' in counts ? counts.x : 0;
  }
  return `${Math.round(events)} of ${Math.round(exposures)}`;
}

import { z } from 'zod';
import { AppError } from '../../error.ts';
import { quoted } from '../../policy/quoted.ts';
import type { MetricQuestion, MetricSource } from '../../ports/metric-source.ts';
import { askText } from '../connections/ask.ts';
import { Authorization, authorization } from '../connections/authorization.ts';
import type { Opening } from '../connections/opening.ts';
import { Timeout } from '../connections/timeout.ts';
import { fillIn, inAddress, inPromql } from '../fill-in.ts';
import { checkByMeasuring } from './check.ts';
import { increaseOf } from './counter-increase.ts';
import { type EdgeReadings, edgeReadings } from './edge-readings.ts';
import { parseMatchers } from './label-matchers.ts';
import { type Exposed, parseExposition } from './openmetrics-text.ts';
import { isSubset, measureByParts, type PartAnswer, partProblems } from './parts.ts';
import { parseSelector } from './prometheus-selector.ts';
import { counterTracks, differing, edgesOf, histogramTracks } from './prometheus-tracks.ts';
import { fillInsOf, windowOf } from './window.ts';

const place = /\{(?:model|arm|version)\}/g;

/** What the operator writes of a model server that shows its own counters, as Prometheus would scrape them. */
export const Connection = z.strictObject({
  url: z
    .string()
    .max(2000)
    .refine(
      (text) =>
        /^https?:\/\/(?:[\w.:[\]-]|\{arm\})+(?:[/?][^#\s]*)?$/.test(text) && URL.canParse(text.replaceAll(place, 'x')),
      'an http(s) address without user and password, which may hold {arm}, and after its host {model} and {version}; credentials have keys of their own',
    )
    .describe('Where the metrics stand, e.g. http://{arm}.models.internal:8080/metrics.'),
  ...Authorization.shape,
  ...Timeout.shape,
});
type Settings = z.output<typeof Connection>;

/**
 * The port to a server's own metrics. It is read once at the end of each window, and what is counted is the difference
 * to the reading at its beginning. Readings are held in memory: after a restart of Siskin the first window is missing.
 */
export function openOpenmetrics({
  connection,
  place: opening,
}: {
  readonly connection: Settings;
  readonly place: Opening;
}): MetricSource {
  const readings = edgeReadings<readonly Exposed[]>(opening.now);
  return { measure, check };

  function measure(question: MetricQuestion) {
    return measureByParts(question, async (part, text) => {
      const filled = fillIn(text, fillInsOf(question), inPromql);
      const { before, after } = await around(question, readings);
      return counted({ part, text: filled, question, before, after });
    });
  }

  /** Nothing is known of the past before the first window, so what can be said at once is whether it is there. */
  async function check(question: MetricQuestion): Promise<readonly string[]> {
    const wrong = partProblems(question.metric);
    if (wrong.length > 0) return wrong;
    return await checkByMeasuring(question, () =>
      measureByParts(question, async (part, text) => {
        const now = await scrape(question);
        const filled = fillIn(text, fillInsOf(question), inPromql);
        const answer = counted({ part, text: filled, question, before: now, after: now });
        // A counter of failures is often born with the first.
        return answer.kind === 'nothing' && isSubset(part) ? { kind: 'number', value: 0 } : answer;
      }),
    );
  }

  async function around(question: MetricQuestion, held: EdgeReadings<readonly Exposed[]>) {
    const { from, to } = windowOf(question);
    const url = addressOf(question);
    return await held.around({ key: url, from, to, read: () => scrape(question) });
  }

  function addressOf(question: MetricQuestion): string {
    return fillIn(connection.url, fillInsOf(question), inAddress);
  }

  async function scrape(question: MetricQuestion): Promise<readonly Exposed[]> {
    const { text } = await askText({
      name: opening.name,
      url: addressOf(question),
      headers: { accept: 'text/plain;version=0.0.4', ...authorization(connection, opening) },
      timeoutMs: connection['timeout-seconds'] * 1000,
      now: opening.now,
    });
    return parseExposition(text, opening.name);
  }
}

function counted(given: {
  readonly part: string;
  readonly text: string;
  readonly question: MetricQuestion;
  readonly before: readonly Exposed[] | null;
  readonly after: readonly Exposed[] | null;
}): PartAnswer {
  const { part, text, question, before, after } = given;
  const selector = parseSelector(text);
  if (selector === null) {
    throw new AppError(
      'bad-input',
      `\`${part}\`: expected a counter such as sum(name{label="value"}), found ${quoted(text)}; there is nothing here that evaluates more`,
    );
  }
  if (after === null) {
    return { kind: 'nothing', reason: 'the window ended long ago, and a server’s own counters have no past' };
  }
  if (before === null) {
    return { kind: 'nothing', reason: 'there is no reading from the beginning of this window; the next one has it' };
  }
  const { from, to } = windowOf(question);
  const matches = parseMatchers(/\{([\s\S]*)\}/.exec(selector.selector)?.[1] ?? '');
  const isMeant = ({ name, labels }: Exposed) =>
    (selector.metric === null || name === selector.metric) && matches(labels);
  // The reading at an edge of the window stands for that edge.
  const series = seriesOf([
    ...before.filter(isMeant).map((one) => [from, one] as const),
    ...after.filter(isMeant).map((one) => [to, one] as const),
  ]);
  const tracks = (part === 'buckets' ? histogramTracks : counterTracks)(series);
  const differ = selector.isSummed ? null : differing(tracks);
  if (differ !== null) {
    throw new AppError(
      'bad-input',
      `\`${part}\`: expected one series, found ${tracks.length} that differ by ${differ}; match one of them, or write sum(…) where their sum is meant`,
    );
  }
  // The server was read before without a series that it has now: that one began at zero since.
  const increase = increaseOf(tracks, { from, to, isBorn: () => true });
  if (increase === null) {
    const isKnown = isSubset(part) && after.some(({ name }) => name === selector.metric);
    return isKnown
      ? { kind: 'number', value: 0 }
      : { kind: 'nothing', reason: `nothing matches ${quoted(selector.selector)}` };
  }
  const { cumulative, reset } = increase;
  if (part === 'buckets') return { kind: 'buckets', buckets: edgesOf(cumulative, 500), reset };
  return { kind: 'number', value: cumulative[0]?.[1] ?? 0, reset };
}

/** As a range query would give them. */
function seriesOf(readings: readonly (readonly [at: number, Exposed])[]) {
  const groups = Map.groupBy(readings, ([, { name, labels }]) => JSON.stringify([name, Object.entries(labels).sort()]));
  return [...groups.values()].map((group) => ({
    metric: group[0]?.[1].labels ?? {},
    values: group.map(([at, { value }]): [number, string] => [at / 1000, String(value).replace('Infinity', 'Inf')]),
    histograms: [],
  }));
}

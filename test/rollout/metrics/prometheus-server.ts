/** Series as a Prometheus holds them: labels with `__name__`, samples as [milliseconds, value]. */
export interface HeldSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [number, string])[];
  readonly histograms?: readonly (readonly [number, unknown])[];
}

/** Answers the queries that the adapter makes as Prometheus 2 documents them: raw ranges, presence, label names. */
export function answerPrometheus(
  held: readonly HeldSeries[],
  asked: { readonly path: string; readonly query: URLSearchParams; readonly body: string },
): {
  readonly status?: number;
  readonly body: unknown;
} {
  if (asked.path === '/api/v1/labels') {
    const matching = held.filter((series) => matches(series, asked.query.get('match[]') ?? ''));
    return {
      body: { status: 'success', data: [...new Set(matching.flatMap(({ labels }) => Object.keys(labels)))].sort() },
    };
  }
  const form = new URLSearchParams(asked.body);
  const query = form.get('query') ?? '';
  const time = Math.round(Number(form.get('time')) * 1000);
  const present = /^count\(present_over_time\((.*)\[(\d+)ms\]\)\)$/s.exec(query);
  if (present) {
    const since = time - Number(present[2]);
    const count = held.filter(
      (series) => matches(series, present[1] ?? '') && series.samples.some(([at]) => at > since && at <= time),
    ).length;
    return vector(count === 0 ? [] : [{ metric: {}, value: [time / 1000, String(count)] }]);
  }
  const range = /^(.*)\[(\d+)ms\]$/s.exec(query);
  if (!range) return { status: 400, body: { status: 'error', errorType: 'bad_data', error: `parse error: ${query}` } };
  const from = time - Number(range[2]);
  const result = held
    .filter((series) => matches(series, range[1] ?? ''))
    .map(({ labels, samples, histograms = [] }) => ({
      metric: labels,
      ...(samples.length > 0 && { values: within(samples) }),
      ...(histograms.length > 0 && { histograms: within(histograms) }),
    }))
    .filter(({ values = [], histograms = [] }) => values.length + histograms.length > 0);
  return { body: { status: 'success', data: { resultType: 'matrix', result } } };

  function within<Value>(samples: readonly (readonly [number, Value])[]) {
    return samples.filter(([at]) => at >= from && at <= time).map(([at, value]) => [at / 1000, value] as const);
  }
}

export function vector(result: readonly unknown[]) {
  return { body: { status: 'success', data: { resultType: 'vector', result } } };
}

function matches({ labels }: HeldSeries, selector: string): boolean {
  const [, name, matchers = ''] = /^([a-zA-Z_:][\w:]*)?(?:\{(.*)\})?$/s.exec(selector) ?? [];
  if (name !== undefined && labels['__name__'] !== name) return false;
  return [...matchers.matchAll(/(\w+)(=~|=)("(?:\\.|[^"\\])*")/gs)].every(([, label = '', operator, text = '""']) => {
    const value = String(JSON.parse(text));
    const held = labels[label] ?? '';
    return operator === '=' ? held === value : new RegExp(`^(?:${value})$`, 's').test(held);
  });
}

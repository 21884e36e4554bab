/** A part that names counters themselves, so that their raw samples can be asked for. */
export interface CounterSelector {
  /** Name and matchers, as written. */
  readonly selector: string;
  /** The name of the metric; null when only matchers name it. */
  readonly metric: string | null;
  /** The names of the labels that are matched. */
  readonly labels: readonly string[];
  /** Whether many series are one number: `sum(…)`. */
  readonly isSummed: boolean;
}

const summed = [
  /^sum\s*(?:by\s*\(\s*(?:le)?\s*,?\s*\))?\s*\(([\s\S]*)\)$/i,
  /^sum\s*\(([\s\S]*)\)\s*by\s*\(\s*(?:le)?\s*,?\s*\)$/i,
];

/** Reads `name{…}`, `sum(name{…})` or `sum by (le) (name{…})`; null for any other expression. */
export function parseSelector(text: string): CounterSelector | null {
  const inner = summed.map((pattern) => pattern.exec(text.trim())?.[1]).find((found) => found !== undefined);
  const selector = (inner ?? text).trim();
  const parts = /^([a-zA-Z_:][a-zA-Z0-9_:]*)?\s*(?:\{([\s\S]*)\})?$/.exec(selector);
  const [, metric, matchers = ''] = parts ?? [];
  // A brace outside of quotes means that more than one selector was written.
  if (parts === null || selector === '' || /[{}]/.test(outsideQuotes(matchers))) return null;
  const labels = [...outsideQuotes(matchers).matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)\s*(?:=~|!~|!=|=)/g)];
  return {
    selector,
    metric: metric ?? null,
    labels: labels.map((match) => match[1] ?? '').filter((label) => label !== '__name__'),
    isSummed: inner !== undefined,
  };
}

/** Whether an expression looks at a window at all; one that does not would give a counter's count since it began. */
export function hasRange(text: string): boolean {
  return outsideQuotes(text).includes('[');
}

/** Strings are left out; one that is not closed stays, so that nothing is taken for a selector that is none. */
function outsideQuotes(text: string): string {
  return text.replaceAll(/"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|`[^`]*`/g, '');
}

import { AppError } from '../../error.ts';

/** One line of an exposition. */
export interface Exposed {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const line = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?[ \t]+(\S+)(?:[ \t]+-?[0-9.]+)?(?:[ \t]+#.*)?[ \t]*$/;
/** Where more is to be read, a hostile line could take long. */
const longest = 8192;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:\\.|[^"\\])*)"[ ,]*/y;

/** Reads the text formats of Prometheus and OpenMetrics. AppError `bad-input` with the line that is neither. */
export function parseExposition(text: string, name: string): readonly Exposed[] {
  return text.split('\n').flatMap((written, index) => {
    if (written.trim() === '' || written.startsWith('#')) return [];
    const [, metric, labels = '', value = ''] = (written.length <= longest && line.exec(written.trimEnd())) || [];
    const parsed = labelsIn(labels);
    if (metric === undefined || parsed === null) {
      throw new AppError(
        'bad-input',
        `expected metrics of \`${name}\` in the text format, found something else in line ${index + 1}; check the address`,
      );
    }
    return [{ name: metric, labels: parsed, value: valueIn(value) }];
  });
}

function labelsIn(text: string): Readonly<Record<string, string>> | null {
  const found: Record<string, string> = {};
  label.lastIndex = 0;
  while (label.lastIndex < text.length) {
    const match = label.exec(text);
    if (match === null) return null;
    found[match[1] ?? ''] = (match[2] ?? '').replaceAll(/\\(.)/g, (_, letter: string) =>
      letter === 'n' ? '\n' : letter,
    );
  }
  return found;
}

function valueIn(text: string): number {
  if (/^\+?Inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^-Inf$/i.test(text)) return Number.NEGATIVE_INFINITY;
  return Number(text);
}

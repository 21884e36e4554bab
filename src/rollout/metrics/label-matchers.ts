import { AppError } from '../../error.ts';

/** Whether a series is meant. */
export type Matches = (labels: Readonly<Record<string, string>>) => boolean;

const matcher =
  /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*')\s*(?:,|$)/y;

/**
 * Reads the matchers between the braces of a selector. Patterns may be alternatives of letters, digits, `.` and escaped
 * signs, with `.*` or `.+` once in each: any other could take for ever. AppError `bad-input` with what is not understood.
 */
export function parseMatchers(text: string): Matches {
  const found: Matches[] = [];
  matcher.lastIndex = 0;
  while (matcher.lastIndex < text.length && text.slice(matcher.lastIndex).trim() !== '') {
    const match = matcher.exec(text);
    if (match === null)
      throw new AppError('bad-input', 'expected matchers such as code="500", found others; correct the selector');
    const [, name = '', operator = '', quoted = ''] = match;
    const value = quoted
      .slice(1, -1)
      .replaceAll(/\\([\s\S])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
    found.push(oneMatcher(name, operator, value));
  }
  return (labels) => found.every((matches) => matches(labels));
}

function oneMatcher(name: string, operator: string, value: string): Matches {
  const isNegated = operator.startsWith('!');
  if (!operator.endsWith('~')) return (labels) => ((labels[name] ?? '') === value) !== isNegated;
  const isPlain = value
    .split('|')
    .every((one) => /^(?:[\w:/@ -]|\.(?![*+])|\\[^\w\s])*(?:\.[*+])?(?:[\w:/@ -]|\.(?![*+])|\\[^\w\s])*$/.test(one));
  if (!isPlain || value.length > 1000) {
    throw new AppError(
      'bad-input',
      `expected a simple pattern for the label ${name}, found another; write alternatives such as 5..|429`,
    );
  }
  const pattern = new RegExp(`^(?:${value})$`, 's');
  return (labels) => pattern.test((labels[name] ?? '').slice(0, 1000)) !== isNegated;
}

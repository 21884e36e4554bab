/** A line by which a step speaks to the runner: `::error file=a.py,line=3::message`. */
export interface WorkflowCommand {
  /** In lower case. */
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/**
 * The command that a line of output holds, or null when it is plain output.
 * See https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export function parseCommand(line: string): WorkflowCommand | null {
  const match = /^\s*::([\w-]+)(?:\s+([^:]*(?::(?!:)[^:]*)*))?::(.*)$/s.exec(line);
  if (match === null) {
    return null;
  }
  const properties: Record<string, string> = {};
  for (const pair of (match[2] ?? '').split(',')) {
    const equals = pair.indexOf('=');
    if (equals > 0) {
      properties[pair.slice(0, equals).trim()] = decode(pair.slice(equals + 1), propertyEscapes);
    }
  }
  return { name: (match[1] ?? '').toLowerCase(), properties, data: decode(match[3] ?? '', dataEscapes) };
}

const dataEscapes: Readonly<Record<string, string>> = { '%25': '%', '%0D': '\r', '%0A': '\n' };
const propertyEscapes: Readonly<Record<string, string>> = { ...dataEscapes, '%3A': ':', '%2C': ',' };

function decode(text: string, escapes: Readonly<Record<string, string>>): string {
  return text.replace(/%[0-9A-Fa-f]{2}/g, (code) => escapes[code.toUpperCase()] ?? code);
}

/** A file command that GitHub would refuse; the step that wrote it fails. */
export class FileCommandProblem extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FileCommandProblem';
  }
}

/**
 * The pairs of a GITHUB_ENV, GITHUB_OUTPUT or GITHUB_STATE file: `name=value` lines and `name<<DELIMITER` blocks, in
 * order. Throws FileCommandProblem.
 */
export function parsePairs(text: string): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line === '') {
      continue;
    }
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (equals >= 0 && (heredoc === -1 || equals < heredoc)) {
      pairs.push([nameIn(line.slice(0, equals), line), line.slice(equals + 1)]);
    } else if (heredoc >= 0) {
      const delimiter = line.slice(heredoc + 2);
      const end = delimiter === '' ? -1 : lines.indexOf(delimiter, index + 1);
      if (end === -1) {
        throw new FileCommandProblem(`Invalid value. Matching delimiter not found '${delimiter}'`);
      }
      pairs.push([nameIn(line.slice(0, heredoc), line), lines.slice(index + 1, end).join('\n')]);
      index = end;
    } else {
      throw new FileCommandProblem(`Invalid format '${line}'`);
    }
  }
  return pairs;
}

/** The folders of a GITHUB_PATH file, in order. */
export function parseLines(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line !== '');
}

function nameIn(name: string, line: string): string {
  if (name === '') {
    throw new FileCommandProblem(`Invalid format '${line}'. Name must not be empty`);
  }
  return name;
}

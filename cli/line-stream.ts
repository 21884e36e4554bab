import { createReadStream, statSync } from 'node:fs';
import { AppError } from '../src/error.ts';

const longestLine = 4_000_000;

/** The lines of a file, one at a time, however large it is. AppError for no file, no UTF-8, or a line beyond 4 MB. */
export async function* linesOf(options: { readonly path: string; readonly shown: string }): AsyncGenerator<string> {
  const { path, shown } = options;
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new AppError('not-found', `expected a file at ${shown}, found none; check the path`);
  }
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  // A stream without an encoding gives bytes.
  for await (const bytes of createReadStream(path) as AsyncIterable<Uint8Array>) {
    const parts = (rest + decoded(bytes)).split('\n');
    rest = parts.pop() ?? '';
    yield* parts.map(withoutReturn);
    if (rest.length > longestLine) {
      throw new AppError(
        'too-large',
        `expected lines below ${longestLine} characters in ${shown}, found a longer one; write one interval a line`,
      );
    }
  }
  rest += decoded();
  if (rest !== '') yield withoutReturn(rest);

  function decoded(bytes?: Uint8Array): string {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw new AppError('bad-input', `expected UTF-8 text in ${shown}, found other bytes; save it as UTF-8`, {
        cause,
      });
    }
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

import { AppError } from '../error.ts';

/** Reads a streamed answer to its end, or stops and throws `too-large` as soon as it exceeds the limit. */
export async function readLimited(body: unknown, limitBytes: number, what: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of limited(bodyChunks(body), limitBytes, what)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The same pieces; throws `too-large` as soon as they exceed the limit. */
export async function* limited(
  pieces: AsyncIterable<Uint8Array>,
  limitBytes: number,
  what: string,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.byteLength;
    if (bytes > limitBytes) {
      throw new AppError(
        'too-large',
        `expected at most ${limitBytes} bytes of ${what}, found more; make it smaller or raise the limit`,
      );
    }
    yield piece;
  }
}

/** Reads a streamed answer and keeps its last bytes only; stops after `limitBytes` altogether. */
export async function readTail(body: unknown, tailBytes: number, limitBytes: number): Promise<Uint8Array> {
  let tail: Uint8Array = new Uint8Array();
  let bytes = 0;
  for await (const chunk of bodyChunks(body)) {
    bytes += chunk.byteLength;
    const joined = Buffer.concat([tail, chunk]);
    tail = joined.subarray(Math.max(0, joined.byteLength - tailBytes));
    if (bytes > limitBytes) break;
  }
  return tail;
}

/** The pieces of a streamed answer. Octokit hands over the body itself where it is told not to parse it: a stream, or nothing for an empty answer. */
export async function* bodyChunks(body: unknown): AsyncGenerator<Uint8Array> {
  if (body === null || body === undefined || body === '') return;
  if (!(body instanceof ReadableStream)) {
    throw new AppError('world-broken', `expected a stream from GitHub, found ${typeof body}; report this`);
  }
  for await (const chunk of body) {
    if (chunk instanceof Uint8Array) yield chunk;
  }
}

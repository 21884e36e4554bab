import { StringDecoder } from 'node:string_decoder';

/**
 * The lines of a byte stream. A line longer than `limit` characters is cut there and says so, whatever its length: the
 * memory used is bounded by the limit, not by the stream. Invalid UTF-8 becomes U+FFFD.
 */
export async function* boundedLines(stream: AsyncIterable<Uint8Array | string>, limit: number): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  let dropped = 0;
  const keep = (text: string): void => {
    const room = limit - pending.length;
    pending += text.slice(0, room);
    dropped += Math.max(0, text.length - room);
  };
  const finish = (): string => {
    const line = pending.replace(/\r$/, '') + (dropped > 0 ? ` … (${dropped} more characters)` : '');
    pending = '';
    dropped = 0;
    return line;
  };
  for await (const chunk of stream) {
    const text =
      typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      keep(text.slice(from, end));
      yield finish();
      from = end + 1;
    }
    keep(text.slice(from));
  }
  if (pending !== '' || dropped > 0) yield finish();
}

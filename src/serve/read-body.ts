import type { IncomingMessage } from 'node:http';

/** Bytes of requests that this process holds at once, over all connections. */
export interface BodyBudget {
  used: number;
  readonly most: number;
}

/** A body, or the status that says why there is none. */
export type ReadBody =
  | { readonly kind: 'read'; readonly body: Buffer }
  | { readonly kind: 'refused'; readonly status: 413 | 503; readonly reason: string }
  /** The caller went away. */
  | { readonly kind: 'gone' };

/** Reads a body of at most so many bytes, within a budget that all requests share. The caller gives the bytes back to the budget. */
export function readBody(
  request: IncomingMessage,
  { limitBytes, budget }: { readonly limitBytes: number; readonly budget: BodyBudget },
): Promise<ReadBody> {
  const tooLarge: ReadBody = {
    kind: 'refused',
    status: 413,
    reason: `expected a body of at most ${limitBytes} bytes, found more; send fewer rows at once`,
  };
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return Promise.resolve(tooLarge);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let isOver = false;
    const end = (result: ReadBody): void => {
      if (isOver) return;
      isOver = true;
      if (result.kind !== 'read') {
        budget.used -= bytes;
        request.pause();
      }
      resolve(result);
    };
    request.on('data', (chunk: Buffer) => {
      if (isOver) return;
      bytes += chunk.length;
      budget.used += chunk.length;
      chunks.push(chunk);
      if (bytes > limitBytes) end(tooLarge);
      else if (budget.used > budget.most) {
        const reason = `expected at most ${budget.most} bytes of requests at once, found more; ask again later`;
        end({ kind: 'refused', status: 503, reason });
      }
    });
    request.once('end', () => {
      const [only] = chunks;
      end({ kind: 'read', body: chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, bytes) });
    });
    request.once('error', () => end({ kind: 'gone' }));
    request.once('close', () => end({ kind: 'gone' }));
  });
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived. The body is parsed when it is JSON. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, decoded. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** What the server answers: JSON, text or bytes, or whatever a function does with the response. */
export type Reply =
  | { readonly status: number; readonly json?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | ((request: SeenRequest, response: ServerResponse) => void);

/** A local HTTP server in GitHub's place: answers what the test scripted, in order, and keeps what was asked. */
export interface LocalServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
}

/** Starts it. Keys are `METHOD /path` without query; a list of replies is used up one by one, its last one stays. */
export async function localServer(script: Readonly<Record<string, Reply | readonly Reply[]>>): Promise<LocalServer> {
  const seen: SeenRequest[] = [];
  const used = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const path = decodeURIComponent(request.url ?? '');
    const isJson = String(request.headers['content-type']).startsWith('application/json');
    const body: unknown = isJson && text !== '' ? JSON.parse(text) : text;
    const one = { method: request.method ?? '', path, headers: request.headers, body };
    seen.push(one);
    const key = `${request.method} ${path.split('?')[0]}`;
    const replies = [script[key] ?? { status: 501, json: { message: `not scripted: ${key}` } }].flat();
    const turn = used.get(key) ?? 0;
    used.set(key, turn + 1);
    const reply = replies[Math.min(turn, replies.length - 1)];
    if (typeof reply === 'function') return reply(one, response);
    response.writeHead(reply?.status ?? 500, { 'content-type': 'application/json', ...reply?.headers });
    response.end(reply?.json === undefined ? '' : JSON.stringify(reply.json));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has this form
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

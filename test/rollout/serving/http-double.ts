import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { befalls, type Faults, noFaults } from './faults.ts';

/** A request as a double reads it. */
export interface DoubleRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Parsed where it is JSON. */
  readonly body: unknown;
  readonly bytes: Buffer;
}

/** What a double answers: JSON, or text. */
export interface DoubleAnswer {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A far side over HTTP that keeps a state of its own and can be told to fail. */
export interface HttpDouble extends AsyncDisposable {
  readonly url: string;
  readonly faults: Faults;
  readonly seen: readonly DoubleRequest[];
}

/** Starts one. `idle` is what a write answers that is not done; `denied` is how the platform refuses. */
export async function startHttpDouble(options: {
  readonly answer: (request: DoubleRequest) => DoubleAnswer;
  readonly isWrite: (request: DoubleRequest) => boolean;
  readonly idle: DoubleAnswer | ((request: DoubleRequest) => DoubleAnswer);
  readonly denied?: DoubleAnswer;
  /** Shared by far sides that fail together. */
  readonly faults?: Faults;
}): Promise<HttpDouble> {
  const faults = options.faults ?? noFaults();
  const seen: DoubleRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const url = new URL(incoming.url ?? '/', 'http://double');
    const request: DoubleRequest = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: jsonOf(bytes),
      bytes,
    };
    seen.push(request);
    const fault = befalls(faults, options.isWrite(request) ? 'write' : 'read');
    if (fault === 'hung') return;
    if (fault === 'huge') return flood(response);
    if (fault === 'broken') return send(response, { status: 503, json: { message: 'no leader' } });
    if (fault === 'garbled') return send(response, { text: '<html>Sign in</html>' });
    if (fault === 'denied') return send(response, options.denied ?? { status: 403, json: { message: 'no' } });
    const { idle } = options;
    if (fault === 'idle') return send(response, typeof idle === 'function' ? idle(request) : idle);
    send(response, options.answer(request));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has this form
  return {
    url: `http://127.0.0.1:${port}`,
    faults,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

function send(response: ServerResponse, { status = 200, json, text, headers = {} }: DoubleAnswer): void {
  const type = json === undefined ? 'text/plain' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(json === undefined ? (text ?? '') : JSON.stringify(json));
}

function flood(response: ServerResponse): void {
  while (!response.destroyed && response.write('x'.repeat(1 << 20)));
  if (!response.destroyed) response.once('drain', () => flood(response));
}

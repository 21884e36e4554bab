import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AppError } from '../src/error.ts';

/** What answers one path. */
export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Serves `METHOD /path` routes and nothing else. Resolves once it listens; port 0 takes any free port. */
export async function listen(options: {
  readonly routes: Readonly<Record<string, Route>>;
  readonly host: string;
  readonly port: number;
  readonly onError: (error: unknown) => void;
}): Promise<Server> {
  const { routes, host, port, onError } = options;
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0];
    const route = routes[`${request.method} ${path}`];
    // A connection that is kept would keep a process that is stopping.
    if (!server.listening) response.setHeader('connection', 'close');
    if (route === undefined) return answer(response, 404, 'expected a known path, found another');
    route(request, response).catch((error: unknown) => {
      onError(error);
      if (!response.headersSent) answer(response, 500, 'something broke; see the log');
      else response.destroy();
    });
  });
  // A sender that trickles its body holds a connection; GitHub itself gives up after ten seconds.
  server.requestTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const fix = cause.code === 'EADDRINUSE' ? 'set PORT to a free one' : 'check HOST and PORT';
      reject(
        new AppError('world-broken', `expected to listen on ${host}:${port}, found ${cause.message}; ${fix}`, {
          cause,
        }),
      );
    });
    server.listen({ host, port, backlog: 1024 }, resolve);
  });
  return server;
}

/** Ends a response with one line of text. */
export function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

/** Takes no new connections and waits for the open requests. */
export async function close(server: Server): Promise<void> {
  server.closeIdleConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

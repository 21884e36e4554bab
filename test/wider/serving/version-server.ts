import { once } from 'node:events';
import { createServer } from 'node:http';

/** One version of a model, which answers and counts as model servers do. */
export interface VersionServer extends Disposable {
  /** Host and port, for who scrapes it. */
  readonly address: string;
}

/** Starts a version at 127.VERSION, since all of 127.0.0.0/8 is this machine. One in so many requests fails, at even distances. */
export async function startVersion(options: {
  readonly version: string;
  readonly port: number;
  readonly failsOneIn: number;
}): Promise<VersionServer> {
  const { version, port, failsOneIn } = options;
  const labels = `{model="price",version="${version}"}`;
  let [requests, errors] = [0, 0];
  const server = createServer((request, response) => {
    if (request.url === '/metrics') {
      const text = `model_requests_total${labels} ${requests}\nmodel_errors_total${labels} ${errors}\n`;
      return void response.setHeader('content-type', 'text/plain; version=0.0.4').end(text);
    }
    requests += 1;
    const isWrong = requests % failsOneIn === 0;
    if (isWrong) errors += 1;
    response.writeHead(isWrong ? 500 : 200).end(version);
  });
  server.listen(port, `127.${version}`);
  await once(server, 'listening');
  return {
    address: `127.${version}:${port}`,
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

import { connect } from 'node:net';
import { AppError, messageOf } from '../../../error.ts';

/** Where HAProxy's runtime API listens: its `stats socket`. */
export type RuntimeSocket = { readonly path: string } | { readonly host: string; readonly port: number };

/** How long and where to ask. */
export interface Runtime {
  readonly socket: RuntimeSocket;
  readonly timeoutMs: number;
}

const mostBytes = 4 * 1024 * 1024;

/** Sends commands as one line, which HAProxy carries out in order, and reads what it says to all of them. */
export async function askRuntime({ socket, timeoutMs }: Runtime, commands: readonly string[]): Promise<string> {
  const line = commands.join(';');
  if (/[\n\r\0]/.test(line))
    throw new AppError('bad-input', 'expected commands of one line, found a line feed; report this');
  const connection = connect({ ...socket });
  const timer = setTimeout(() => {
    connection.destroy(
      new AppError(
        'timed-out',
        `expected an answer from ${socketName(socket)} within ${timeoutMs / 1000} seconds, found none; look at HAProxy`,
      ),
    );
  }, timeoutMs);
  try {
    connection.write(`${line}\n`);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of connection as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > mostBytes) {
        throw new AppError(
          'too-large',
          `expected at most ${mostBytes} bytes from ${socketName(socket)}, found more; name the socket of HAProxy's runtime API`,
        );
      }
      chunks.push(chunk);
    }
    const answer = Buffer.concat(chunks).toString('utf8');
    // Each command is answered with a line at least; less is not silence but a connection that was lost.
    if (answer.split('\n').length > commands.length) return answer;
    throw new Error('that it hung up before it had answered');
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const found = `expected to reach HAProxy at ${socketName(socket)}, found ${messageOf(cause)}; check \`stats socket\` and who may open it`;
    throw new AppError('unavailable', found, { cause });
  } finally {
    clearTimeout(timer);
    connection.destroy();
  }
}

/** Sends commands that change something. AppError when HAProxy says more than that it did so. */
export async function tellRuntime(runtime: Runtime, commands: readonly string[]): Promise<void> {
  const answer = await askRuntime(runtime, commands);
  const refused = answer
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(IP changed from|no need to change the addr)/.test(line));
  if (refused.length === 0) return;
  const said = [...new Set(refused)]
    .join(' ')
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, 300);
  const found = `expected HAProxy at ${socketName(runtime.socket)} to take the change, found "${said}"`;
  if (/permission denied/i.test(said)) {
    throw new AppError('not-permitted', `${found}; give its \`stats socket\` \`level admin\``);
  }
  throw new AppError('conflict', `${found}; compare the backend with docs/serving.md`);
}

/** The socket as messages name it. */
export function socketName(socket: RuntimeSocket): string {
  return 'path' in socket ? socket.path : `${socket.host}:${socket.port}`;
}

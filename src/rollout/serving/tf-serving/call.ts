import { connect, constants } from 'node:http2';
import { AppError, messageOf } from '../../../error.ts';
import { oneLine } from '../../../policy/quoted.ts';

/** Where TensorFlow Serving answers by gRPC. */
export interface GrpcServer {
  /** The connection, for messages. */
  readonly name: string;
  readonly address: string;
  readonly timeoutMs: number;
}

const mostBytes = 4 * 1024 * 1024;

/**
 * One call of gRPC with one message each way: a POST of HTTP/2 with a frame of five bytes before the message and the
 * status in the trailers (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md).
 */
export function call(server: GrpcServer, method: string, request: Uint8Array): Promise<Uint8Array> {
  const { address, timeoutMs } = server;
  return new Promise((resolve, reject) => {
    const session = connect(address);
    const end = (act: () => void): void => {
      clearTimeout(timer);
      session.destroy();
      act();
    };
    const fail = (error: AppError): void => end(() => reject(error));
    const timer = setTimeout(() => {
      const found = `expected an answer of \`${server.name}\` within ${timeoutMs / 1000} seconds, found none; look at the server`;
      fail(new AppError('timed-out', found));
    }, timeoutMs);
    const lost = (cause: unknown): void => {
      const found = `expected to reach \`${server.name}\` by gRPC, found ${oneLine(messageOf(cause), 200)}; check the address and that the server runs`;
      fail(new AppError('unavailable', found, { cause }));
    };
    session.once('error', lost);
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: method,
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-timeout': `${timeoutMs}m`,
    });
    const chunks: Buffer[] = [];
    let length = 0;
    let status: Status = { code: null, message: '', http: 0 };
    stream.once('error', lost);
    stream.on('response', (headers) => {
      status = { ...status, http: Number(headers[':status']), ...statusIn(headers) };
    });
    stream.on('trailers', (headers) => {
      status = { ...status, ...statusIn(headers) };
    });
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length <= mostBytes) return;
      fail(
        new AppError(
          'too-large',
          `expected at most ${mostBytes} bytes of \`${server.name}\`, found more; check the address`,
        ),
      );
    });
    stream.once('end', () => {
      const refused = refusalOf(server, status);
      if (refused !== null) return fail(refused);
      const body = Buffer.concat(chunks);
      if (body.length >= 5 && body[0] === 0 && body.readUInt32BE(1) === body.length - 5) {
        return end(() => resolve(body.subarray(5)));
      }
      fail(
        new AppError(
          'world-broken',
          `expected one message of \`${server.name}\`, found none; check that the address is of gRPC`,
        ),
      );
    });
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(request.length, 1);
    stream.end(Buffer.concat([frame, request]));
  });
}

interface Status {
  readonly code: number | null;
  readonly message: string;
  readonly http: number;
}

function statusIn(headers: Readonly<Record<string, unknown>>): Partial<Status> {
  const code = headers['grpc-status'];
  if (code === undefined) return {};
  const message = String(headers['grpc-message'] ?? '');
  try {
    return { code: Number(code), message: decodeURIComponent(message) };
  } catch {
    return { code: Number(code), message };
  }
}

// https://grpc.github.io/grpc/core/md_doc_statuscodes.html
function refusalOf(server: GrpcServer, { code, message, http }: Status): AppError | null {
  if (code === 0) return null;
  const said = message === '' ? '' : ` (${oneLine(message, 200)})`;
  const found = `expected \`${server.name}\` to do it, found ${code === null ? `status ${http} and no gRPC` : `gRPC status ${code}`}${said}`;
  switch (code) {
    case 3:
    case 9:
      return new AppError('conflict', `${found}; correct the model on the server`);
    case 5:
      return new AppError('not-found', `${found}; check the name of the model and its base path`);
    case 7:
    case 16:
      return new AppError('not-permitted', `${found}; check who may manage the server`);
    case 12:
      return new AppError('unsupported', `${found}; use a server with the ModelService`);
    default:
      return new AppError('unavailable', `${found}; it is tried again`);
  }
}

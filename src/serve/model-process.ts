import { Socket } from 'node:net';
import { AppError, messageOf } from '../error.ts';
import { openBatcher } from './batcher.ts';
import { type Frame, frameParts, frameReader } from './frames.ts';
import { localModel } from './model-digest.ts';
import { ModelOrder, type ModelReady } from './model-order.ts';
import { answersRowByRow } from './row-by-row.ts';
import { loadTensorModel } from './tensor-model.ts';

/**
 * The process of one served version. What is in it comes from somebody else: a model that crashes, hangs or takes all the memory
 * ends this process and nothing besides, and no secret is in its environment. Messages go over file descriptor 3.
 */

const firstFrameBytes = 1_000_000;

function main(): void {
  const socket = new Socket({ fd: 3, readable: true, writable: true });
  let frameBytes = firstFrameBytes;
  let take = (frame: Frame): void => {
    const order = ModelOrder.parse(JSON.parse(Buffer.from(frame.body).toString('utf8')));
    frameBytes = order.frameBytes;
    take = () => {
      throw new Error('expected no request before the model is ready, found one');
    };
    open(order).then(
      ({ ready, add }) => {
        take = ({ id, jsonBytes, body }) =>
          add({ body, jsonBytes, answer: (status, response) => send({ id, status, ...response }) });
        send({ id: 0, status: 200, jsonBytes: null, body: Buffer.from(JSON.stringify(ready)) });
      },
      (error: unknown) => {
        const [code, message] =
          error instanceof AppError ? [error.code, error.message] : ['world-broken', messageOf(error)];
        send({ id: 0, status: 500, jsonBytes: null, body: Buffer.from(JSON.stringify({ code, error: message })) });
        socket.end();
      },
    );
  };
  // The limit is raised by the first message, which comes before any long one.
  const read = frameReader(
    () => frameBytes,
    (frame) => take(frame),
  );
  socket.on('data', read);
  // The server is gone.
  socket.on('end', () => process.exit(0));
  socket.on('error', () => process.exit(0));

  function send(frame: Frame): void {
    if (socket.writableCorked === 0) {
      socket.cork();
      setImmediate(() => socket.uncork());
    }
    for (const part of frameParts(frame)) socket.write(part);
  }
}

async function open(order: ModelOrder): Promise<{
  readonly ready: ModelReady;
  readonly add: ReturnType<typeof openBatcher>['add'];
}> {
  const { path, digest: expected, name, version, threads, mostRows, timeoutMs } = order;
  // Before any native library sees the bytes.
  const { digest } = localModel(path);
  if (expected !== null && digest !== expected) {
    throw new AppError(
      'conflict',
      `expected ${name} ${version} to have the digest ${expected}, found ${digest}; release it again`,
    );
  }
  const model = await loadTensorModel(path, { threads });
  const { platform, inputs, outputs } = model;
  const isRowByRow = await answersRowByRow(model);
  const { add } = openBatcher({ model, name, version, isRowByRow, mostRows, timeoutMs, now: () => performance.now() });
  return { ready: { digest, platform, inputs, outputs, isRowByRow }, add };
}

main();

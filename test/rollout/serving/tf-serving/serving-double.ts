import { createServer, type Http2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { bytes, type Field, fieldsOf, integer, message } from '../../../../src/rollout/serving/tf-serving/wire.ts';
import { befalls, type Faults, noFaults } from '../faults.ts';

/** The ModelService of TensorFlow Serving with one model, as its sources describe it. */
export interface ServingDouble extends AsyncDisposable {
  readonly address: string;
  readonly faults: Faults;
  /** What can be loaded; all else ends with an error. */
  readonly folders: Set<number>;
  /** By version: 20 while it is loaded, 30 when it is available, 50 when it could not be. */
  readonly states: Map<number, number>;
  readonly labels: Map<string, number>;
  /** Lets what is being loaded become available. */
  finish(): void;
  /** How many reloads there were. */
  reloads: number;
}

/** Starts one by which version 1 is served without a label, as a server begins. */
export async function startServingDouble(): Promise<ServingDouble> {
  const faults = noFaults();
  const folders = new Set([1, 2, 3]);
  const states = new Map([[1, 30]]);
  const labels = new Map<string, number>();
  const sessions = new Set<Http2Session>();
  const server = createServer();
  server.on('session', (session) => sessions.add(session.on('close', () => sessions.delete(session))));
  server.on('stream', async (stream, headers) => {
    stream.on('error', () => {});
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const method = String(headers[':path']);
    const fault = befalls(faults, method.endsWith('GetModelStatus') ? 'read' : 'write');
    if (fault === 'hung') return;
    if (fault === 'broken') refuse(stream, 14, 'no leader');
    if (fault === 'denied') refuse(stream, 7, 'not yours');
    if (fault === 'garbled') reply(stream, Buffer.from('<html>'));
    if (fault === 'huge') flood(stream);
    if (fault === 'idle') reply(stream, bytes(1, ''));
    if (fault !== 'none') return;
    const request = fieldsOf(Buffer.concat(chunks).subarray(5)) ?? [];
    const asked = method.endsWith('/GetModelStatus')
      ? statusOf(inner(request, 1))
      : reloaded(inner(inner(inner(request, 1), 1), 1));
    if (asked instanceof Uint8Array) reply(stream, asked);
    else refuse(stream, asked.code, asked.text);
  });
  function statusOf(spec: readonly Field[]): Answer {
    const model = textOf(spec, 1);
    if (model !== 'fraud') return { code: 5, text: `Could not find any versions of model ${model}` };
    const label = textOf(spec, 4);
    const only = label === '' ? null : labels.get(label);
    if (only === undefined) return { code: 3, text: `Unrecognized servable version label: ${label}` };
    const shown = [...states].filter(([version]) => only === null || version === only);
    return message(
      shown.map(([version, state]) => {
        const status = state === 50 ? bytes(3, message([integer(1, 5), bytes(2, 'no such file')])) : bytes(3, '');
        return bytes(1, message([integer(1, version), integer(2, state), status]));
      }),
    );
  }
  function reloaded(config: readonly Field[]): Answer {
    double.reloads += 1;
    if (textOf(config, 1) !== 'fraud' || textOf(config, 2) !== '/models/fraud') return status(3, 'no such model');
    const packed = inner(inner(config, 7), 102).find(({ number }) => number === 1)?.value;
    const versions = packed instanceof Uint8Array ? varints(packed) : [];
    const wanted = config
      .filter(({ number }) => number === 8)
      .map(({ value }) => (value instanceof Uint8Array ? (fieldsOf(value) ?? []) : []))
      .map((entry) => [textOf(entry, 1), Number(entry.find(({ number }) => number === 2)?.value ?? 0)] as const);
    // What the list leaves out is unloaded; what cannot be loaded keeps nothing else from being so.
    for (const version of [...states.keys()]) if (!versions.includes(version)) states.delete(version);
    for (const version of versions) {
      if (!states.has(version) || states.get(version) === 50) states.set(version, folders.has(version) ? 20 : 50);
    }
    const early = wanted.find(([, version]) => states.get(version) !== 30);
    if (early !== undefined) {
      return status(9, `Request to assign label to version ${early[1]}, which is not currently available`);
    }
    labels.clear();
    for (const [label, version] of wanted) labels.set(label, version);
    return status(0, '');
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has this form
  const double: ServingDouble = {
    address: `http://127.0.0.1:${port}`,
    faults,
    folders,
    states,
    labels,
    reloads: 0,
    finish() {
      for (const [version, state] of states) if (state === 20) states.set(version, 30);
    },
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return double;
}

/** A message, or a refusal of gRPC. */
type Answer = Uint8Array | { readonly code: number; readonly text: string };

function status(code: number, text: string): Uint8Array {
  return bytes(1, code === 0 ? '' : message([integer(1, code), bytes(2, text)]));
}

function inner(fields: readonly Field[], wanted: number): readonly Field[] {
  const value = fields.find(({ number }) => number === wanted)?.value;
  return value instanceof Uint8Array ? (fieldsOf(value) ?? []) : [];
}

function textOf(fields: readonly Field[], wanted: number): string {
  const value = fields.find(({ number }) => number === wanted)?.value;
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : '';
}

function varints(data: Uint8Array): readonly number[] {
  // Each as a field of its own, which is the same encoding with a key before it.
  const values: number[] = [];
  let [value, scale] = [0, 1];
  for (const byte of data) {
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte >= 128) continue;
    values.push(value);
    [value, scale] = [0, 1];
  }
  return values;
}

function reply(stream: ServerHttp2Stream, body: Uint8Array): void {
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(body.length, 1);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.concat([frame, body]));
}

function refuse(stream: ServerHttp2Stream, code: number, text: string): void {
  const trailers = { 'grpc-status': String(code), 'grpc-message': encodeURIComponent(text) };
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...trailers }, { endStream: true });
}

function flood(stream: ServerHttp2Stream): void {
  if (!stream.headersSent) stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
  while (!stream.destroyed && stream.write(Buffer.alloc(65_536)));
  if (!stream.destroyed) stream.once('drain', () => flood(stream));
}

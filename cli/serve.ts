import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError, messageOf } from '../src/error.ts';
import { ServiceName } from '../src/rollout/serving/http-contract.ts';
import { type ServeOptions, startServer } from '../src/serve/server.ts';
import {
  type Command,
  type ExitCode,
  exitCodes,
  flag,
  type Invocation,
  listOption,
  requiredOption,
  textOption,
} from './command.ts';
import { softwareVersion } from './software-version.ts';

/** `siskin serve`: a model server for ONNX and TensorFlow.js that a rollout can steer. It runs until it is told to end. */
export const serveCommand: Command = {
  usage: 'serve --state FOLDER [--model NAME=PATH]… [--artifacts PLACE]… [--port PORT] [--admin-port PORT]',
  options: {
    state: { type: 'string', value: 'FOLDER', help: 'where traffic and models are kept over restarts' },
    model: {
      type: 'string',
      value: 'NAME[@VERSION]=PATH',
      multiple: true,
      help: 'a model that serves where nothing was set yet',
    },
    artifacts: {
      type: 'string',
      value: 'PLACE',
      multiple: true,
      help: 'a folder or address below which models may be fetched',
    },
    host: { type: 'string', value: 'HOST', help: 'where predictions are asked (127.0.0.1)' },
    port: { type: 'string', value: 'PORT', help: 'its port (8080)' },
    'admin-host': { type: 'string', value: 'HOST', help: 'where traffic is set and /metrics is read (127.0.0.1)' },
    'admin-port': { type: 'string', value: 'PORT', help: 'its port (8081)' },
    'secret-file': {
      type: 'string',
      value: 'FILE',
      help: 'the secret that signs changes of traffic (or SISKIN_SERVE_SECRET)',
    },
    threads: { type: 'string', value: 'COUNT', help: 'threads of each model (1)' },
    queue: { type: 'string', value: 'COUNT', help: 'requests that may wait for one version (256)' },
    'batch-rows': {
      type: 'string',
      value: 'COUNT',
      help: 'rows that are answered at once, 1 for one request at a time (256)',
    },
    'timeout-ms': { type: 'string', value: 'MS', help: 'how long an answer may take (10000)' },
    'body-bytes': { type: 'string', value: 'BYTES', help: 'the largest request (16777216)' },
    'drain-seconds': { type: 'string', value: 'SECONDS', help: 'how long open requests may take at the end (30)' },
  },
  run: serve,
};

async function serve(invocation: Invocation): Promise<ExitCode> {
  const { stdout, stderr } = invocation;
  const options = serveOptions(invocation);
  const server = await startServer(options);
  const { address, adminAddress, endpoints } = server;
  if (flag(invocation, 'json')) {
    stdout.write(`${JSON.stringify({ address, adminAddress, services: [...endpoints.keys()] })}\n`);
  } else {
    stdout.write(`Predictions at ${address}/v2, traffic and /metrics at ${adminAddress}.\n`);
  }
  if (options.secret === null)
    stderr.write('Traffic cannot be set: there is no SISKIN_SERVE_SECRET and no --secret-file.\n');
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  await server.close();
  return exitCodes.pass;
}

function serveOptions(invocation: Invocation): ServeOptions {
  const { folder, stderr } = invocation;
  const problems: string[] = [];
  const count = (name: string, otherwise: number, [least, most]: readonly [number, number]): number => {
    const text = textOption(invocation, name);
    const value = text === undefined ? otherwise : /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    problems.push(`expected --${name} to be a whole number from ${least} to ${most}, found ${JSON.stringify(text)}`);
    return otherwise;
  };
  const timeoutMs = count('timeout-ms', 10_000, [1, 3_600_000]);
  const options: ServeOptions = {
    state: resolve(folder, requiredOption(invocation, 'state')),
    host: textOption(invocation, 'host') ?? '127.0.0.1',
    port: count('port', 8080, [0, 65_535]),
    adminHost: textOption(invocation, 'admin-host') ?? '127.0.0.1',
    adminPort: count('admin-port', 8081, [0, 65_535]),
    secret: secretOf(invocation),
    artifacts: listOption(invocation, 'artifacts').map((place) =>
      /^https?:/i.test(place) ? place : resolve(folder, place),
    ),
    artifactToken: process.env['SISKIN_SERVE_ARTIFACT_TOKEN'] || null,
    models: listOption(invocation, 'model').flatMap((text) => modelOf(text, { folder, problems })),
    settings: {
      threads: count('threads', 1, [1, 1024]),
      mostRows: count('batch-rows', 256, [1, 1_000_000]),
      queue: count('queue', 256, [1, 100_000]),
      timeoutMs,
      bodyBytes: count('body-bytes', 16_777_216, [1000, 1_000_000_000]),
      loadMs: 300_000,
    },
    drainMs: 1000 * count('drain-seconds', 30, [0, 3600]),
    version: softwareVersion(),
    log: (sentence) => stderr.write(`${new Date().toISOString()} ${sentence.replace(/[\s\p{Cc}]+/gu, ' ')}\n`),
  };
  for (const place of options.artifacts) {
    if (/^https?:/i.test(place) && !URL.canParse(place))
      problems.push(`expected --artifacts to be a folder or an address, found ${JSON.stringify(place)}`);
  }
  if (problems.length > 0) throw new AppError('bad-input', problems.join('\n'));
  return options;
}

function modelOf(
  text: string,
  { folder, problems }: { readonly folder: string; readonly problems: string[] },
): ServeOptions['models'] {
  const [, service = '', version = '0', path = ''] = /^([^@=]+)(?:@([^=]+))?=(.+)$/s.exec(text) ?? [];
  if (path !== '' && ServiceName.safeParse(service).success) return [{ service, version, path: resolve(folder, path) }];
  problems.push(`expected --model to be NAME=PATH or NAME@VERSION=PATH, found ${JSON.stringify(text.slice(0, 200))}`);
  return [];
}

function secretOf(invocation: Invocation): string | null {
  const file = textOption(invocation, 'secret-file');
  if (file === undefined) return process.env['SISKIN_SERVE_SECRET'] || null;
  let text: string;
  try {
    text = readFileSync(resolve(invocation.folder, file), 'utf8').trim();
  } catch (cause) {
    throw new AppError('bad-config', `expected a secret in ${file}, found ${messageOf(cause)}; make it readable`, {
      cause,
    });
  }
  if (text !== '') return text;
  throw new AppError('bad-config', `expected a secret in ${file}, found an empty file; put it there`);
}

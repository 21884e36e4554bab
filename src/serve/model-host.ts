import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { z } from 'zod';
import type { ServedModel } from '../ports/serving.ts';
import { type Frame, frameParts, frameReader } from './frames.ts';
import { renderInferError } from './infer-response.ts';
import type { ModelOrder, ModelReady } from './model-order.ts';

/** What a model's process is to do and may take. */
export interface HostSettings {
  readonly threads: number;
  readonly mostRows: number;
  /** Requests that may wait for one version; more are refused at once. */
  readonly queue: number;
  readonly timeoutMs: number;
  readonly bodyBytes: number;
  /** How long a model may take to load. */
  readonly loadMs: number;
}

/** How one version fares. */
export type HostState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly ready: ModelReady }
  /** Its process ended or never began; it is begun again after a while. */
  | { readonly kind: 'down'; readonly reason: string }
  /** It can never be served: wrong bytes, or no model. */
  | { readonly kind: 'refused'; readonly reason: string; readonly isDamaged: boolean };

/** An answer with its HTTP status. */
export interface HostAnswer {
  readonly status: number;
  readonly body: Uint8Array;
  readonly jsonBytes: number | null;
}

/** One version in a process of its own. */
export interface ModelHost {
  readonly model: ServedModel;
  state(): HostState;
  /** Requests that it has not answered yet. */
  waiting(): number;
  /** Never rejects: what goes wrong has a status. 503 when it is not ready or too many wait, 504 when it takes too long. */
  infer(request: { readonly body: Uint8Array; readonly jsonBytes: number | null }): Promise<HostAnswer>;
  /** Ends the process once what it was asked is answered. */
  dispose(): Promise<void>;
}

const program = join(import.meta.dirname, 'model-process.ts');
const sweepMs = 100;
const firstPauseMs = 100;
const longestPauseMs = 10_000;

interface Waiter {
  readonly resolve: (answer: HostAnswer) => void;
  readonly until: number;
}

/** Starts the process of a model whose files are in `path`, and starts it again whenever it ends. */
export function openModelHost(options: {
  readonly model: ServedModel;
  readonly service: string;
  readonly path: string;
  readonly settings: HostSettings;
  readonly onChange: () => void;
}): ModelHost {
  const { model, service, path, settings, onChange } = options;
  const waiters = new Map<number, Waiter>();
  let state: HostState = { kind: 'loading' };
  let child: ChildProcess | null = null;
  let pipe: Duplex | null = null;
  let lastId = 0;
  let pauseMs = firstPauseMs;
  let heardAt = performance.now();
  let readyAt: number | null = null;
  /** Requests that the process has not answered, also those for which nobody waits any more. */
  let owed = 0;
  let whenEmpty: (() => void) | null = null;
  let isDisposed = false;
  let again: NodeJS.Timeout | null = null;
  const sweeper = setInterval(sweep, sweepMs);
  start();

  return {
    model,
    state: () => state,
    waiting: () => owed,
    infer(request) {
      if (state.kind !== 'ready')
        return Promise.resolve(
          failure(503, `expected ${model.version} to be ready, found it ${state.kind}; ask again later`),
        );
      if (owed >= settings.queue) {
        return Promise.resolve(
          failure(503, `expected at most ${settings.queue} requests to wait, found as many; ask again later`),
        );
      }
      return new Promise((resolve) => {
        lastId = lastId >= 0xfffffffe ? 1 : lastId + 1;
        if (owed === 0) heardAt = performance.now();
        owed += 1;
        waiters.set(lastId, { resolve, until: performance.now() + settings.timeoutMs });
        send({ id: lastId, status: 0, ...request });
      });
    },
    async dispose() {
      isDisposed = true;
      if (again !== null) clearTimeout(again);
      if (waiters.size > 0) await new Promise<void>((resolve) => (whenEmpty = resolve));
      clearInterval(sweeper);
      pipe?.destroy();
      child?.kill('SIGKILL');
    },
  };

  function start(): void {
    change({ kind: 'loading' });
    // Nothing of our environment but what Node itself needs: no model can read a secret from it.
    const env: Record<string, string> = {};
    for (const name of ['PATH', 'LD_LIBRARY_PATH', 'SISKIN_NATIVES', 'TMPDIR', 'SystemRoot']) {
      const value = process.env[name];
      if (value !== undefined) env[name] = value;
    }
    const started = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      env,
    });
    const socket = started.stdio[3];
    if (!(socket instanceof Duplex)) throw new Error('expected a pipe to the process of a model, found none');
    child = started;
    pipe = socket;
    let lastWords = '';
    started.stderr?.on('data', (chunk: Buffer) => {
      lastWords = (lastWords + chunk.toString('utf8')).slice(-2000);
    });
    // Whatever is wrong with the pipe, the end of the process tells it.
    socket.on('error', () => started.kill('SIGKILL'));
    started.on('error', (error) => ended(started, error.message));
    started.on('exit', (code, signal) => ended(started, reasonOf({ code, signal, lastWords })));
    const limit = (): number => settings.bodyBytes * 20 + 1_000_000;
    const read = frameReader(limit, (frame) => take(frame));
    socket.on('data', (chunk: Buffer) => {
      try {
        read(chunk);
      } catch {
        started.kill('SIGKILL');
      }
    });
    const { threads, mostRows, timeoutMs, bodyBytes } = settings;
    const order: ModelOrder = {
      path,
      digest: model.digest,
      name: service,
      version: model.version,
      threads,
      mostRows,
      timeoutMs,
      frameBytes: bodyBytes,
    };
    heardAt = performance.now();
    send({ id: 0, status: 0, jsonBytes: null, body: Buffer.from(JSON.stringify(order)) });
  }

  function send(frame: Frame): void {
    if (pipe === null) return;
    if (pipe.writableCorked === 0) {
      const corked = pipe;
      corked.cork();
      process.nextTick(() => corked.uncork());
    }
    for (const part of frameParts(frame)) pipe.write(part);
  }

  function take({ id, status, jsonBytes, body }: Frame): void {
    heardAt = performance.now();
    if (id === 0) {
      loaded(status, body);
      return;
    }
    owed -= 1;
    const waiter = waiters.get(id);
    waiters.delete(id);
    waiter?.resolve({ status, body, jsonBytes });
    if (waiters.size === 0) whenEmpty?.();
  }

  function loaded(status: number, body: Uint8Array): void {
    const text = Buffer.from(body).toString('utf8');
    if (status === 200) {
      readyAt = performance.now();
      // Written by our own program in the other process.
      change({ kind: 'ready', ready: JSON.parse(text) as ModelReady });
      return;
    }
    const { code, error } = Refusal.parse(JSON.parse(text));
    change({ kind: 'refused', reason: error, isDamaged: code === 'conflict' });
  }

  function ended(which: ChildProcess, reason: string): void {
    if (which !== child) return;
    child = null;
    pipe = null;
    owed = 0;
    if (readyAt !== null && performance.now() - readyAt > longestPauseMs) pauseMs = firstPauseMs;
    readyAt = null;
    failAll(503, `expected ${model.version} to answer, found that its process ended; ask again later`);
    if (isDisposed || state.kind === 'refused') return;
    change({ kind: 'down', reason });
    again = setTimeout(start, pauseMs);
    pauseMs = Math.min(longestPauseMs, 2 * pauseMs);
  }

  function sweep(): void {
    const now = performance.now();
    for (const [id, { until, resolve }] of waiters) {
      if (until > now) break;
      waiters.delete(id);
      resolve(failure(504, `expected an answer within ${settings.timeoutMs} ms, found none`));
    }
    if (waiters.size === 0) whenEmpty?.();
    const patience = state.kind === 'loading' ? settings.loadMs : 2 * settings.timeoutMs;
    const isAsked = owed > 0 || state.kind === 'loading';
    // It takes requests and says nothing: it hangs.
    if (child !== null && isAsked && now - heardAt > patience) child.kill('SIGKILL');
  }

  function failAll(status: number, sentence: string): void {
    const all = [...waiters.values()];
    waiters.clear();
    for (const { resolve } of all) resolve(failure(status, sentence));
    whenEmpty?.();
  }

  function change(next: HostState): void {
    state = next;
    onChange();
  }
}

const Refusal = z.object({ code: z.string(), error: z.string() });

function failure(status: number, sentence: string): HostAnswer {
  return { status, body: renderInferError(sentence), jsonBytes: null };
}

function reasonOf(end: {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lastWords: string;
}): string {
  const how = end.signal === null ? `status ${end.code}` : `signal ${end.signal}`;
  const words = end.lastWords
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(-300);
  return `its process ended with ${how}${words === '' ? '' : ` (${words})`}`;
}

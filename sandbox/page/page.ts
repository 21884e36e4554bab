import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../src/error.ts';
import { html } from '../../src/render/escape.ts';
import { indexPage } from './index-page.ts';
import { layout, liveScript } from './layout.ts';
import { pullPage } from './pull-page.ts';
import { createReader, type Reader, readLog, readPull, readReport, readRepositories, readRun } from './reader.ts';
import type { WatchedRollout } from './rollout-section.ts';
import { runPage } from './run-page.ts';

/** The running server; disposing of it closes it. */
export interface Page extends AsyncDisposable {
  readonly url: string;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly policy: string;
}

const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'";
/** A report is what a job left behind: it may not run anything, whatever it holds. */
const reportPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'";

/**
 * Shows the repositories of a GitHub as a person sees them on github.com, on 127.0.0.1. Paths are those of github.com,
 * so links in comments lead here.
 */
export async function startPage(options: {
  readonly apiUrl: string;
  readonly token: string;
  /** The rollouts of the App, newest first; none unless told otherwise. */
  readonly rollouts?: () => Promise<readonly WatchedRollout[]>;
  /** Any free one by default. */
  readonly port?: number;
}): Promise<Page> {
  const reader = { ...createReader(options), rollouts: options.rollouts ?? (async () => []) };
  const server = createServer((request, response) => void respond(reader, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  // A server that listens on TCP has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Sources = Reader & { readonly rollouts: () => Promise<readonly WatchedRollout[]> };

async function respond(reader: Sources, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await answerTo(reader, request).catch(failure);
  response.writeHead(answer.status, {
    'content-type': `${answer.type}; charset=utf-8`,
    'content-security-policy': answer.policy,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}

async function answerTo(reader: Sources, { method, url }: IncomingMessage): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return problem(405, 'This page only shows; act through git and the API.');
  const { pathname } = new URL(url ?? '/', 'http://127.0.0.1');
  if (pathname === '/') return page(indexPage(await readRepositories(reader), await reader.rollouts()));
  if (pathname === '/live.js') return { ...page(liveScript), type: 'text/javascript' };
  const found = /^\/([\w.-]+)\/([\w.-]+)(?:\/(pull|actions\/runs|artifacts)\/(\d{1,15}))?(?:\/.*)?$/.exec(pathname);
  const [, owner, repo, kind, digits] = found ?? [];
  if (owner === undefined || repo === undefined) return problem(404, 'There is no such page here.');
  const place = { owner, repo };
  const id = Number(digits);
  switch (kind) {
    case 'pull':
      return page(pullPage(await readPull(reader, place, id), reader));
    case 'actions/runs':
      return page(await runPageOf(reader, place, id));
    case 'artifacts':
      return reportAnswer(await readReport(reader, place, id));
    default:
      return page(indexPage(await readRepositories(reader), await reader.rollouts()));
  }
}

async function runPageOf(
  reader: Reader,
  place: { readonly owner: string; readonly repo: string },
  runId: number,
): Promise<string> {
  const content = await readRun(reader, place, runId);
  const logs = await Promise.all(content.jobs.map(async ({ id }) => [id, await readLog(reader, place, id)] as const));
  return runPage(content, new Map(logs));
}

function page(body: string): Answer {
  return { status: 200, type: 'text/html', body, policy: pagePolicy };
}

function reportAnswer(report: string | null): Answer {
  return report === null ? problem(404, 'This artifact holds no report.') : { ...page(report), policy: reportPolicy };
}

function failure(error: unknown): Answer {
  const status = (error as { readonly status?: unknown }).status;
  return status === 404
    ? problem(404, 'There is no such thing on this GitHub.')
    : problem(502, `GitHub could not be read: ${messageOf(error)}`);
}

function problem(status: number, sentence: string): Answer {
  const body = layout({ title: 'Not found', crumbs: '', body: `<h1>${status}</h1><p>${html(sentence, 500)}</p>` });
  return { ...page(body), status };
}

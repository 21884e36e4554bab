import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../refusal.ts';
import type { Answer } from '../routes.ts';
import type { RateLimit } from './limits.ts';

/** What every answer tells besides its body. */
export interface Envelope {
  readonly requestId: string;
  readonly now: Date;
  readonly limit: RateLimit | null;
  readonly format: string;
}

/** Sends an answer with GitHub's headers; a GET whose ETag the caller knows becomes 304. Returns the status sent. */
export function sendAnswer(
  exchange: { readonly request: IncomingMessage; readonly response: ServerResponse },
  answer: Answer,
  envelope: Envelope,
): number {
  const { request, response } = exchange;
  const body = answer.bytes ?? (answer.json === undefined ? undefined : Buffer.from(JSON.stringify(answer.json)));
  for (const [name, value] of Object.entries({ ...commonHeaders(envelope), ...answer.headers })) {
    response.setHeader(name, value);
  }
  if (answer.json !== undefined && answer.headers?.['content-type'] === undefined) {
    response.setHeader('content-type', 'application/json; charset=utf-8');
  }
  const reading = request.method === 'GET' || request.method === 'HEAD';
  if (reading && answer.status === 200 && body !== undefined) {
    const etag = `W/"${createHash('sha256').update(body).digest('hex')}"`;
    response.setHeader('etag', etag);
    response.setHeader('cache-control', 'private, max-age=60, s-maxage=60');
    if (matches(request.headers['if-none-match'], etag)) {
      response.writeHead(304).end();
      return 304;
    }
  }
  response.statusCode = answer.status;
  if (body !== undefined) {
    response.setHeader('content-length', body.length);
  }
  response.end(request.method === 'HEAD' ? undefined : body);
  return answer.status;
}

/** A thrown refusal as GitHub words it; anything else is a bug of the sandbox and answered as 500 with its message. */
export function answerOf(thrown: unknown): Answer {
  if (thrown instanceof Refusal) {
    const documentation_url = 'https://docs.github.com/rest';
    return {
      status: thrown.status,
      json: { message: thrown.message, documentation_url, ...thrown.details, status: String(thrown.status) },
      headers: thrown.headers,
    };
  }
  const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { status: 500, json: { message: `the local GitHub failed: ${message}` } };
}

function matches(header: string | undefined, etag: string): boolean {
  const weak = (tag: string) => tag.trim().replace(/^W\//, '');
  return header === undefined ? false : header.split(',').some((tag) => tag.trim() === '*' || weak(tag) === weak(etag));
}

function commonHeaders(envelope: Envelope): Readonly<Record<string, string>> {
  const { limit } = envelope;
  return {
    // The world's clock, so that Octokit sees how far its own is off.
    date: envelope.now.toUTCString(),
    'x-github-request-id': envelope.requestId,
    'x-github-media-type': `github.v3; format=${envelope.format}`,
    'x-github-api-version-selected': '2022-11-28',
    ...(limit === null
      ? {}
      : {
          'x-ratelimit-limit': String(limit.limit),
          'x-ratelimit-remaining': String(limit.remaining),
          'x-ratelimit-used': String(limit.used),
          'x-ratelimit-reset': String(limit.reset),
          'x-ratelimit-resource': 'core',
        }),
  };
}

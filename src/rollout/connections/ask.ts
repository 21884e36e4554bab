import { AppError, messageOf } from '../../error.ts';
import { readLimited } from '../../github/limited-body.ts';
import { oneLine } from '../../policy/quoted.ts';

/** One request to a server of the operator. */
export interface Ask {
  /** The connection, for messages. */
  readonly name: string;
  readonly url: string;
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Blob;
  /** What was put into the body and must never be told. */
  readonly hidden?: readonly string[];
  /** Default: 10 s for all of it. */
  readonly timeoutMs?: number;
  /** Default: 16 MB. */
  readonly limitBytes?: number;
  /** When given, a server whose clock is more than a minute from this one (milliseconds since 1970) is refused. */
  readonly now?: () => number;
  /** Statuses beside 2xx that are answers, too. */
  readonly accepts?: readonly number[];
}

const mostSkewMs = 60_000;

/** Asks and reads the whole answer as JSON. AppError says what the server did instead, and never a credential. */
export async function askJson(ask: Ask): Promise<unknown> {
  const { text, type } = await askText({ ...ask, headers: { accept: 'application/json', ...ask.headers } });
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const found = /html/i.test(type) || /^\s*</.test(text) ? 'a web page' : 'another text';
    throw new AppError(
      'unavailable',
      `expected JSON from \`${ask.name}\`, found ${found}; check its address (a proxy or a login page may stand in front)`,
    );
  }
}

/** Asks and reads the whole answer as text; an answer that is not 2xx is an AppError. */
export async function askText(ask: Ask): Promise<{ readonly text: string; readonly type: string }> {
  const response = await answerTo(ask);
  try {
    const text = await textOf(ask, response);
    refuseSkew(ask, response);
    return { text, type: response.headers.get('content-type') ?? '' };
  } catch (error) {
    throw told(ask, error);
  }
}

/** Asks and gives the answer with its body unread; one that is neither 2xx nor accepted is an AppError. */
export async function answerTo(ask: Ask): Promise<Response> {
  try {
    const response = await fetch(ask.url, {
      method: ask.method ?? 'GET',
      redirect: 'manual',
      signal: AbortSignal.timeout(ask.timeoutMs ?? 10_000),
      ...(ask.headers && { headers: ask.headers }),
      ...(ask.body !== undefined && { body: ask.body }),
    });
    if (response.ok || ask.accepts?.includes(response.status)) return response;
    throw refusal(ask, response, await textOf(ask, response));
  } catch (error) {
    throw told(ask, error);
  }
}

async function textOf(ask: Ask, response: Response): Promise<string> {
  const limit = ask.limitBytes ?? 16_000_000;
  return new TextDecoder().decode(await readLimited(response.body, limit, `answer of \`${ask.name}\``));
}

function refusal(ask: Ask, response: Response, text: string): AppError {
  const { status } = response;
  const who = `\`${ask.name}\``;
  const said = saidIn(ask, text);
  const found = `status ${status}${said === '' ? '' : ` (${said})`}`;
  if (status >= 300 && status < 400) {
    const fix = 'name the address that answers itself: a redirect is never followed';
    return new AppError('unavailable', `expected an answer of ${who}, found a redirect (status ${status}); ${fix}`);
  }
  if (status === 401 || status === 403) {
    const fix = 'check the credential of the connection and what it may read';
    return new AppError('not-permitted', `expected ${who} to accept the credential, found ${found}; ${fix}`);
  }
  if (status === 429 || status >= 500) {
    const seconds = retryAfter(response);
    const fix = seconds === null ? 'it is asked again later' : `it may be asked again after ${seconds} s`;
    const message = `expected an answer of ${who}, found ${found}; ${fix}`;
    return new AppError('unavailable', message, { retryAfterSeconds: seconds });
  }
  const code = status === 404 ? 'not-found' : status === 409 || status === 412 ? 'conflict' : 'bad-input';
  return new AppError(code, `expected ${who} to understand the request, found ${found}; correct what is asked`);
}

function retryAfter(response: Response): number | null {
  const text = response.headers.get('retry-after') ?? '';
  if (/^\d{1,6}$/.test(text)) return Number(text);
  const at = Date.parse(text);
  const from = Date.parse(response.headers.get('date') ?? '');
  return Number.isFinite(at - from) && at >= from ? Math.ceil((at - from) / 1000) : null;
}

/** The sentence of a JSON error, on one line, without anything that was sent as a credential. */
function saidIn(ask: Ask, text: string): string {
  const said = sentenceOf(parsed(text), 0);
  const secrets = Object.entries(ask.headers ?? {})
    .filter(([name]) => /auth|key|token|cookie|signature/i.test(name))
    .flatMap(([, value]) => [value, ...value.split(/[\s,=]+/)])
    .concat(ask.hidden ?? [])
    .filter((value) => value.length >= 6);
  return oneLine(
    secrets.sort((a, b) => b.length - a.length).reduce((line, value) => line.replaceAll(value, '…'), said),
    200,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function sentenceOf(value: unknown, depth: number): string {
  if (typeof value === 'string') return value;
  if (value === null || typeof value !== 'object' || depth > 4) return '';
  if (Array.isArray(value)) return sentenceOf(value[0], depth + 1);
  for (const key of ['error', 'message', 'Message', 'error_description', 'errors', 'detail']) {
    // Any object of JSON can be looked at by a key.
    const said = sentenceOf((value as Readonly<Record<string, unknown>>)[key], depth + 1);
    if (said !== '') return said;
  }
  return '';
}

function refuseSkew({ name, now }: Ask, response: Response): void {
  const theirs = Date.parse(response.headers.get('date') ?? '');
  if (now === undefined || !Number.isFinite(theirs)) return;
  const skew = theirs - now();
  if (Math.abs(skew) <= mostSkewMs) return;
  const found = `${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'ahead' : 'behind'}`;
  throw new AppError(
    'unavailable',
    `expected the clock of \`${name}\` to be ours within 60 s, found it ${found}; set both clocks by NTP`,
  );
}

function told({ name, timeoutMs = 10_000 }: Ask, error: unknown): unknown {
  if (error instanceof AppError) return error;
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return new AppError(
      'timed-out',
      `expected an answer of \`${name}\` within ${timeoutMs / 1000} s, found none; try later`,
    );
  }
  // What fetch says of a header that it cannot send holds that header, which may be the credential.
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause === undefined) {
    return new AppError(
      'bad-config',
      `expected a request to \`${name}\` that can be sent, found a header that cannot; look for a line break in its credential`,
    );
  }
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : messageOf(cause);
  return new AppError('unavailable', `expected to reach \`${name}\`, found ${oneLine(code, 100)}; check its address`);
}

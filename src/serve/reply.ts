/** What is answered to one HTTP request. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
  /** Whether the request was refused before anybody was asked. */
  readonly isRefusal: boolean;
}

/** A document as answer. */
export function jsonReply(status: number, document: object): Reply {
  const headers = { 'content-type': 'application/json' };
  return { status, headers, body: JSON.stringify(document), isRefusal: false };
}

/** A refusal with its reason. What is still being sent of a body that is too much is not read. */
export function refusal(status: number, reason: string, more: Readonly<Record<string, unknown>> = {}): Reply {
  const reply = jsonReply(status, { error: reason, ...more });
  const isTooMuch = status === 413 || status === 503;
  const headers = {
    ...reply.headers,
    ...(isTooMuch ? { connection: 'close' } : {}),
    ...(status === 503 || status === 429 ? { 'retry-after': '1' } : {}),
  };
  return { ...reply, headers, isRefusal: true };
}

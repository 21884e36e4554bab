import type { JsonObject } from './state.ts';

/** An answer that is not a success, thrown by a route and sent in GitHub's shape. */
export class Refusal extends Error {
  readonly status: number;
  readonly details: JsonObject;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    more: { readonly details?: JsonObject; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.details = more.details ?? {};
    this.headers = more.headers ?? {};
  }
}

/** 404, also for what the caller may not see. */
export function notFound(): Refusal {
  return new Refusal(404, 'Not Found');
}

/** 422 as GitHub answers a field whose value it cannot accept. */
export function invalid(resource: string, field: string, code: string, message?: string): Refusal {
  const error = message === undefined ? { resource, field, code } : { resource, field, code, message };
  return new Refusal(422, 'Validation Failed', { details: { errors: [error] } });
}

/** 422 as GitHub answers a body of the wrong form. */
export function malformed(message: string): Refusal {
  return new Refusal(422, `Invalid request.\n\n${message}`);
}

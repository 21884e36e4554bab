/** Answers that GitHub gives when it is overloaded or broken. */
export interface Failure {
  /**
   * `secondary-limit` is a 403 whose body names the secondary rate limit, `primary-limit` one that says that the hour's
   * requests are spent until `retryAfterSeconds` from now, `disconnect` closes the connection without an answer, a number
   * is answered as that status.
   */
  readonly kind: 'secondary-limit' | 'primary-limit' | 'disconnect' | number;
  /** How many of the next calls fail. */
  readonly times: number;
  /** Only calls whose `METHOD /path` matches. */
  readonly only?: RegExp;
  /** Does what was asked before failing, so that the caller cannot know whether it was done. */
  readonly afterDoing?: true;
  /** Sent as Retry-After; GitHub may leave it out. */
  readonly retryAfterSeconds?: number;
}

export type WebhookFault = 'drop' | 'double' | 'hold';

/** What goes wrong on purpose. Set fields at any time. */
export interface Faults {
  /** Waits this long before each REST answer. */
  latencyMs: number;
  /** GitHub's own limit on writes that create content; null lets everything pass. */
  contentLimit: { readonly perMinute: number; readonly perHour: number } | null;
  /** Makes the next calls fail. */
  fail(failure: Failure): void;
  /**
   * Decides for each webhook: sent (null), never sent, sent twice, or held until `releaseWebhooks`, which sends what was
   * held in reverse order.
   */
  onWebhook: (webhook: { readonly event: string; readonly action: string | null }) => WebhookFault | null;
  releaseWebhooks(): void;
  /** The failure that this call meets, counted down. */
  takeFailure(operation: string): Failure | null;
  /** Keeps a webhook until it is released. */
  hold(send: () => void): void;
}

/** No fault at all, until somebody sets one. */
export function createFaults(): Faults {
  let failures: { readonly failure: Failure; left: number }[] = [];
  const held: (() => void)[] = [];
  return {
    latencyMs: 0,
    contentLimit: null,
    fail: (failure) => {
      failures.push({ failure, left: failure.times });
    },
    onWebhook: () => null,
    releaseWebhooks: () => {
      for (const send of held.splice(0).reverse()) {
        send();
      }
    },
    takeFailure: (operation) => {
      const found = failures.find(({ failure }) => failure.only?.test(operation) ?? true);
      if (found === undefined) {
        return null;
      }
      found.left -= 1;
      failures = failures.filter((entry) => entry.left > 0);
      return found.failure;
    },
    hold: (send) => {
      held.push(send);
    },
  };
}

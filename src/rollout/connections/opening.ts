import type { ReadSecret } from './secret.ts';

/** What an adapter is opened with beside its own settings. */
export interface Opening {
  /** The name of the connection, for messages. */
  readonly name: string;
  readonly secret: ReadSecret;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

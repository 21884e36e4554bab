import type { Slots } from '../proxy/slots.ts';
import type { Runtime } from './runtime.ts';

/** One backend of HAProxy, as it was opened. */
export interface Backend extends Runtime {
  readonly map: string;
  readonly backend: string;
  readonly servers: Slots;
  /** Null where the two servers stay at their addresses and something else loads models there. */
  readonly address: string | null;
  readonly placing: 'address' | 'loader';
  /** The header or cookie that its `use-server` lines look at. */
  readonly audience: { readonly header: string } | { readonly cookie: string } | undefined;
}

import type { Slots } from '../proxy/slots.ts';
import type { Runtime } from './runtime.ts';

/** One backend of HAProxy, as it was opened. */
export interface Backend extends Runtime {
  readonly map: string;
  readonly backend: string;
  readonly servers: Slots;
  /** Where a version answers, empty when nobody said; null where models are moved behind servers that stay. */
  readonly address: string | null;
  /** The header or cookie that its `use-server` lines look at. */
  readonly audience: { readonly header: string } | { readonly cookie: string } | undefined;
}

import type { Capability, Observed, ServedModel, Traffic } from '../../ports/serving.ts';
import type { Judgement } from '../judgement.ts';
import type { RolloutOrder, RolloutRecord, RolloutState } from '../rollout-record.ts';

/** Why more traffic may go to the candidate: a verdict on exactly the step before, a person's order, or that nothing stands in the way of the first step. */
export type Permission =
  | {
      readonly kind: 'verdict';
      readonly step: number;
      readonly attempt: number;
      /** The interval at whose end it was reached. */
      readonly interval: number;
    }
  /** The number of the event that holds the order. */
  | { readonly kind: 'order'; readonly order: number }
  | { readonly kind: 'valid' };

/** What a write to the platform is for. */
export type Purpose = 'prepare' | 'shadow' | 'step' | 'promote' | 'finish' | 'restore' | 'rollback';

/** What happened in a rollout, without when and by which writer. */
export type Happening =
  | { readonly kind: 'requested'; readonly rollout: RolloutRecord }
  /** A person or an alert wants something; it is decided on in its turn. */
  | { readonly kind: 'ordered'; readonly order: RolloutOrder; readonly by: string }
  /** Something was decided that changes no traffic by itself. */
  | { readonly kind: 'moved' }
  /** A person took over a rollback that could not be verified. */
  | { readonly kind: 'given-up' }
  /** The platform can do it, and this serves there now. */
  | {
      readonly kind: 'validated';
      readonly champion: ServedModel | null;
      readonly observed: Observed;
      readonly capability: Omit<Capability, 'problems'>;
      /** How many intervals of history were wanted, and how many had numbers. */
      readonly history: { readonly wanted: number; readonly had: number };
    }
  /** Written before the platform is: what it is to be set to, and why that may be. */
  | {
      readonly kind: 'intended';
      readonly purpose: Purpose;
      readonly traffic: Traffic;
      /** Null where the candidate gets no more than it has. */
      readonly permission: Permission | null;
    }
  /** Written after: what the platform was then seen to serve. `difference` is null when that is what was intended. */
  | { readonly kind: 'observed'; readonly observed: Observed; readonly difference: string | null }
  /** The platform refused, or could not be asked. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Without our doing it serves something else. */
  | { readonly kind: 'changed'; readonly observed: Observed; readonly difference: string }
  /** An interval was sealed, and this is what all of them together say. */
  | {
      readonly kind: 'judged';
      readonly interval: number;
      readonly from: string;
      readonly end: string;
      /** Whether anything was counted in it. */
      readonly isCounted: boolean;
      readonly judgement: Judgement;
    };

/** What happened, with what was decided on it: decisions are kept, so that reading an old log never decides anew. */
export type Decided = Happening & {
  /** The state from then on; absent where it stays. */
  readonly state?: RolloutState;
  /** The number of the event whose order this answers. */
  readonly answers?: number;
};

/** One line of a rollout's log. It is only ever added to, with the number after that of the newest. */
export type RolloutEvent = Decided & {
  readonly sequence: number;
  /** ISO 8601. */
  readonly at: string;
  /** The fence of the lease under which it was written; null for what others write (requests and orders). */
  readonly fence: number | null;
};

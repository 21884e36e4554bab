/** What every command carries beside its own words. */
export interface Said {
  /** The line as it was typed, printable, at most 80 characters and without back-ticks: fit for a code span. */
  readonly line: string;
  /** The commit that the person named with `@sha`, 7 to 40 hexadecimal digits; null when none was named. */
  readonly sha: string | null;
  /** Show what would be done, and do nothing. */
  readonly dryRun: boolean;
}

/** How long something holds: so many minutes from now, or until an instant (ISO 8601, UTC). */
export type Term = { readonly minutes: number } | { readonly until: string };

/** Whom a freeze binds: this repository, or every repository of its owner. */
export type FreezeScope = 'repository' | 'organisation';

/**
 * What a slash command asks for: typed values only, no text to interpret later. A new verb is one member here and one
 * row of the grammar. A target that was left out is null: it is asked for, never assumed.
 */
export type Request =
  | { readonly verb: 'help' }
  | { readonly verb: 'status' }
  | { readonly verb: 'explain'; readonly code: string | null }
  | { readonly verb: 'config'; readonly model: string | null }
  | { readonly verb: 'doctor' }
  | { readonly verb: 'evaluate'; readonly model: string | null }
  | { readonly verb: 'train'; readonly model: string | null; readonly seed: number | null }
  | { readonly verb: 'drift'; readonly model: string | null }
  /** Against the candidate of the commit `@sha` of this pull request; of the commit before when none is named. */
  | { readonly verb: 'compare'; readonly model: string | null }
  | { readonly verb: 'retry'; readonly model: string | null }
  | { readonly verb: 'cancel'; readonly model: string | null }
  /** The next version unless one is named, e.g. `1.4.0`. */
  | { readonly verb: 'release'; readonly version: string | null; readonly model: string | null }
  | { readonly verb: 'approve-run' }
  | { readonly verb: 'approve-budget' }
  | { readonly verb: 'locks' }
  | {
      readonly verb: 'lock';
      readonly environment: string | null;
      readonly model: string | null;
      readonly reason: string | null;
      readonly term: Term | null;
    }
  | { readonly verb: 'unlock'; readonly environment: string | null; readonly model: string | null }
  | {
      readonly verb: 'freeze';
      /** `runs`, `all`, or an environment. */
      readonly target: string | null;
      readonly scope: FreezeScope;
      readonly reason: string | null;
      readonly term: Term | null;
    }
  | { readonly verb: 'unfreeze'; readonly target: string | null; readonly scope: FreezeScope }
  /** Brings the release into the next environment, or into this one; a rollout to it that goes on skips what is left. */
  | {
      readonly verb: 'promote';
      readonly environment: string | null;
      readonly model: string | null;
      readonly step: string | null;
    }
  | {
      readonly verb: 'canary';
      /** A word of the canary's, or a weight in percent. */
      readonly action: string | null;
      readonly environment: string | null;
      readonly model: string | null;
      /** The step that the person saw, `2` or, with its attempt, `2.1`; null when none was named. */
      readonly step: string | null;
    }
  | {
      readonly verb: 'rollback';
      readonly environment: string | null;
      readonly model: string | null;
      /** The version to go back to; the one before when none is named. */
      readonly to: string | null;
      readonly reason: string | null;
    }
  | {
      readonly verb: 'override-gate';
      readonly metric: string | null;
      readonly model: string | null;
      readonly reason: string | null;
    };

/** A line of a comment that begins like a command of ours and is none. */
interface Unknown {
  readonly verb: 'unknown';
  /** A sentence without its subject, e.g. `takes one model, found also …`. */
  readonly reason: string;
  /** What was probably meant, ready to be typed; null when nothing is near. */
  readonly suggestion: string | null;
  /** The verb, when that was right and only its words were not. */
  readonly of: Verb | null;
}

/** A slash command after parsing, or what is wrong with it. */
export type Command = Said & (Request | Unknown);

/** The verbs that there are. */
export type Verb = Request['verb'];

/** The command of one verb. */
export type CommandOf<V extends Verb> = Said & Extract<Request, { readonly verb: V }>;

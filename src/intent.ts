import type { Command } from './command/command.ts';
import type { ReleaseWish } from './registry/release-wish.ts';
import type { Alert } from './rollout/alert.ts';

/** A repository that an installation of the App gives us. `id` never changes; owner and name may. */
export interface Repository {
  readonly installation: number;
  readonly id: number;
  readonly owner: string;
  readonly name: string;
}

/**
 * How GitHub says that somebody stands to a repository: https://docs.github.com/graphql/reference/enums#commentauthorassociation.
 * It says so without looking at memberships that are kept private, so OWNER and MEMBER prove something and the rest does not.
 */
export const associations = [
  'OWNER',
  'MEMBER',
  'COLLABORATOR',
  'CONTRIBUTOR',
  'FIRST_TIME_CONTRIBUTOR',
  'FIRST_TIMER',
  'MANNEQUIN',
  'NONE',
] as const;

/** Who asked, with what the event proves of them. */
export interface Actor {
  /** A GitHub login, or `siskin` for what the timer or the App itself causes. */
  readonly login: string;
  readonly kind: 'person' | 'bot' | 'siskin';
  /** GitHub's number of the account, which a new login does not change; absent for what the timer causes. */
  readonly id?: number;
  /** Absent where the event does not say it. */
  readonly association?: (typeof associations)[number];
  /** Whether an organisation owns the repository: only then are there members and outside collaborators. */
  readonly ofOrganisation?: boolean;
}

/** Whoever acts where nobody else does: the timer, or the App by itself. */
export const siskin = { login: 'siskin', kind: 'siskin' } as const satisfies Actor;

/** Where commands come from: a comment of a pull request, or a button of one of our checks, bound to the check's commit. */
export type CommandSource =
  /** `at` is ISO 8601: when the comment was made. */
  | { readonly kind: 'comment'; readonly commentId: number; readonly at: string }
  /** `press` tells one press from the next. */
  | { readonly kind: 'button'; readonly checkId: number; readonly head: string; readonly press: string };

/** One thing that somebody or something asks for, with who, about what, at which commit. */
export type Intent =
  | {
      readonly kind: 'check-pull-request';
      readonly repository: Repository;
      readonly number: number;
      /** The head that the asker saw; a newer head makes this intent outdated. */
      readonly head: string;
      readonly actor: Actor;
      readonly cause: 'opened' | 'pushed' | 'reopened' | 'ready' | 'retargeted' | 'rerequested' | 'reconciled';
      /** Only this model, when one check was re-requested. */
      readonly model?: string;
    }
  | {
      readonly kind: 'close-pull-request';
      readonly repository: Repository;
      readonly number: number;
      readonly head: string;
      readonly merged: boolean;
      readonly actor: Actor;
    }
  | {
      readonly kind: 'check-push';
      readonly repository: Repository;
      readonly branch: string;
      readonly before: string;
      readonly after: string;
      readonly actor: Actor;
      readonly cause: 'pushed' | 'rerequested';
      /** Only this model, when one check was re-requested. */
      readonly model?: string;
    }
  /** Somebody asks for a check again; pull requests and pushes that show it are found by its commit. */
  | {
      readonly kind: 'recheck';
      readonly repository: Repository;
      readonly head: string;
      /** The name of the check; null for all of them. */
      readonly check: string | null;
      readonly actor: Actor;
    }
  /** Somebody pressed a button of one of our checks. */
  | {
      readonly kind: 'press';
      readonly repository: Repository;
      readonly head: string;
      /** The name of the check, and what GitHub calls this one. */
      readonly check: string;
      readonly checkId: number;
      readonly button: string;
      /** The delivery that told of it. */
      readonly id: string;
      readonly actor: Actor;
    }
  | {
      readonly kind: 'observe-run';
      readonly repository: Repository;
      readonly runId: number;
      readonly attempt: number;
      readonly name: string;
      readonly status: 'requested' | 'in_progress' | 'completed';
      readonly conclusion: string | null;
    }
  | {
      readonly kind: 'obey';
      readonly repository: Repository;
      readonly number: number;
      readonly source: CommandSource;
      readonly commands: readonly Command[];
      readonly actor: Actor;
      /** Set once the comment has its first reaction, which goes out before anything is looked up. */
      readonly acknowledged?: true;
      /** How many of the source's commands were obeyed in earlier parts; absent for the first part. */
      readonly obeyed?: number;
    }
  /** The record of a run changed other than by a workflow event (its dispatch was refused), or its time may be over: show it. */
  | { readonly kind: 'show-run'; readonly repository: Repository; readonly claim: string }
  /** A job that entered an environment, or was to, has ended. */
  | { readonly kind: 'observe-gate'; readonly repository: Repository; readonly runId: number; readonly name: string }
  /** Errands wait for a job on a runner, or the job that had some has ended or should have. */
  | {
      readonly kind: 'run-errands';
      readonly repository: Repository;
      readonly of: { readonly environment: string } | { readonly claim: string };
    }
  /** Something that watches production says that it is not well. */
  | { readonly kind: 'heed-alert'; readonly repository: Repository; readonly alert: Alert }
  /** Something happened in a rollout: show it. `number` is its release pull request. */
  | {
      readonly kind: 'show-rollout';
      readonly repository: Repository;
      readonly rollout: string;
      readonly number: number | null;
    }
  /** A release pull request is to be opened, or made to say what holds now. */
  | { readonly kind: 'propose-release'; readonly repository: Repository; readonly wish: ReleaseWish }
  /** A pull request edits release manifests: they are checked at this head. */
  | {
      readonly kind: 'check-release';
      readonly repository: Repository;
      readonly number: number;
      readonly head: string;
      /** ISO 8601: when somebody asked for it again, also when nothing changed. */
      readonly asked?: string;
    }
  /** What merging is tried on before it reaches the branch: the commit of a merge queue. */
  | {
      readonly kind: 'check-queue';
      readonly repository: Repository;
      readonly branch: string;
      readonly base: string;
      readonly head: string;
    }
  /** The default branch moved: what its manifests say now is carried out. */
  | {
      readonly kind: 'observe-releases';
      readonly repository: Repository;
      readonly branch: string;
      readonly before: string;
      readonly after: string;
      readonly actor: Actor;
    }
  /** A candidate won after a change of data on the default branch. */
  | {
      readonly kind: 'release-champion';
      readonly repository: Repository;
      readonly model: string;
      readonly commit: string;
    }
  /** Something changed that release pull requests may wait for. */
  | { readonly kind: 'recheck-releases'; readonly repository: Repository }
  /** The lease of a lock may be over. */
  | { readonly kind: 'settle-locks'; readonly repository: Repository }
  /** What a pull request holds, waits for or is kept from has changed, and nothing else. */
  | { readonly kind: 'show-holds'; readonly repository: Repository; readonly number: number }
  /** A freeze has ended, of the repository or of all of its owner's: what it stopped is taken up again. */
  | { readonly kind: 'thaw'; readonly repository: Repository; readonly scope: 'repository' | 'owner' }
  /**
   * A time has come to look at a run: whether it heeds being cancelled, or whether anything happens in it.
   */
  | {
      readonly kind: 'watch-run';
      readonly repository: Repository;
      readonly claim: string;
      readonly watch: 'cancel' | 'progress';
    }
  /** What a run lost with its machine in the attempt of this number has its turn again. */
  | { readonly kind: 'retry-run'; readonly repository: Repository; readonly claim: string; readonly attempt: number }
  /** The App was given a repository, by whom GitHub says. */
  | { readonly kind: 'onboard'; readonly repository: Repository; readonly actor?: Actor }
  | { readonly kind: 'reconcile'; readonly repository: Repository };

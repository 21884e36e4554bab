import type { Request, Verb } from './command.ts';

/** A flag or pair that a verb may take. */
export type Word = 'model' | 'reason' | 'term' | 'organisation' | 'seed' | 'sha' | 'environment' | 'step' | 'to';

/** How one verb is typed, what it does, and who may use it where the policy says nothing. */
export interface VerbGrammar {
  /** The name of the word that may follow the verb; null when nothing may. */
  readonly target: 'canary-action' | 'code' | 'environment' | 'freeze-target' | 'metric' | 'version' | null;
  readonly takes: readonly Word[];
  /** Whether it changes anything: then `--dry-run` shows what it would do. */
  readonly changes: boolean;
  /** Whether what it changes decides about later commands (it spends, stops or trusts), so that it is recorded before they are looked at. */
  readonly settles: boolean;
  /** Who may, unless the policy says otherwise: a repository role or a higher one, or everybody. */
  readonly access: 'everybody' | 'read' | 'triage' | 'write' | 'maintain' | 'admin';
  /** A trust verb is not given to outside collaborators by their role. */
  readonly trust: boolean;
  /** What it does, for help: a sentence without its subject. */
  readonly does: string;
  /** One way to type it, without the slash; `<model>` stands for a model's name. */
  readonly example: string;
}

const asks = { changes: false, settles: false, trust: false } as const;
const runs = { target: null, changes: true, settles: false, trust: false, access: 'write' } as const;
const settles = { changes: true, settles: true } as const;

const rows = {
  help: { ...asks, target: null, takes: [], access: 'everybody', does: 'shows what you may do here', example: 'help' },
  status: {
    ...asks,
    target: null,
    takes: [],
    access: 'everybody',
    does: 'shows where every model stands, now',
    example: 'status',
  },
  explain: {
    ...asks,
    target: 'code',
    takes: [],
    access: 'everybody',
    does: 'explains a reason code, or those that hold here now',
    example: 'explain head-moved',
  },
  config: {
    ...asks,
    target: null,
    takes: ['model'],
    access: 'read',
    does: 'shows the policy that judges here, with every default',
    example: 'config -m <model>',
  },
  doctor: {
    ...asks,
    target: null,
    takes: [],
    access: 'write',
    does: 'looks for what keeps Siskin from working here',
    example: 'doctor',
  },
  evaluate: { ...runs, takes: ['model', 'sha'], does: 'measures this commit again', example: 'evaluate -m <model>' },
  train: {
    ...runs,
    takes: ['model', 'seed', 'sha'],
    does: 'trains and measures this commit',
    example: 'train -m <model> seed=7',
  },
  drift: {
    ...runs,
    settles: true,
    takes: ['model', 'sha'],
    does: 'compares and validates the data, without measuring the model',
    example: 'drift -m <model>',
  },
  compare: {
    ...runs,
    settles: true,
    takes: ['model', 'sha'],
    does: 'measures this candidate against that of an earlier commit',
    example: 'compare -m <model> @1a2b3c4',
  },
  retry: {
    ...runs,
    settles: true,
    takes: ['model', 'sha'],
    does: 'does again what failed, and nothing else',
    example: 'retry',
  },
  cancel: {
    ...runs,
    settles: true,
    takes: ['model'],
    does: 'stops the runs of this pull request',
    example: 'cancel',
  },
  release: {
    ...runs,
    target: 'version',
    takes: ['model', 'sha'],
    does: 'proposes the judged candidate as a release, in a pull request that deploys it when it is merged',
    example: 'release -m <model>',
  },
  'approve-run': {
    ...settles,
    target: null,
    takes: ['sha'],
    access: 'write',
    trust: true,
    does: 'lets the code of a fork run, at exactly this commit',
    example: 'approve-run @1a2b3c4',
  },
  'approve-budget': {
    ...settles,
    target: null,
    takes: ['sha'],
    access: 'maintain',
    trust: true,
    does: 'lets this commit run although the budget is used up',
    example: 'approve-budget',
  },
  locks: {
    ...asks,
    target: null,
    takes: [],
    access: 'everybody',
    does: 'lists who holds which environment, and what is frozen',
    example: 'locks',
  },
  lock: {
    ...settles,
    target: 'environment',
    takes: ['model', 'reason', 'term'],
    access: 'write',
    trust: false,
    does: 'keeps an environment for this pull request until you give it back (unlock) or its time is over',
    example: 'lock staging -m <model> --for 2h --reason "load test"',
  },
  unlock: {
    ...settles,
    target: 'environment',
    takes: ['model'],
    access: 'maintain',
    trust: false,
    does: 'gives back the environment that you hold or wait for, or, with this right, what somebody else holds',
    example: 'unlock staging -m <model>',
  },
  freeze: {
    ...settles,
    target: 'freeze-target',
    takes: ['reason', 'term', 'organisation'],
    access: 'maintain',
    trust: true,
    does: 'stops runs, an environment, or all until a time',
    example: 'freeze runs --for 4h --reason "cluster maintenance"',
  },
  unfreeze: {
    ...settles,
    target: 'freeze-target',
    takes: ['organisation'],
    access: 'maintain',
    trust: true,
    does: 'ends a freeze',
    example: 'unfreeze runs',
  },
  promote: {
    ...settles,
    target: 'environment',
    takes: ['model', 'step'],
    access: 'maintain',
    trust: true,
    does: 'proposes the release for the next environment, or takes a rollout that goes on to all traffic at once',
    example: 'promote staging -m <model>',
  },
  canary: {
    ...settles,
    target: 'canary-action',
    takes: ['environment', 'model', 'step'],
    access: 'write',
    trust: true,
    does: 'shows a rollout (status), or steers it: pause, resume, advance, abort, or a weight in percent',
    example: 'canary pause -e staging -m <model>',
  },
  rollback: {
    ...settles,
    target: 'environment',
    takes: ['model', 'to', 'reason'],
    access: 'write',
    trust: false,
    does: 'sends all traffic back to the version before, at once',
    example: 'rollback staging -m <model>',
  },
  'override-gate': {
    ...settles,
    target: 'metric',
    takes: ['model', 'reason', 'sha'],
    access: 'maintain',
    trust: true,
    does: 'lets a gate that was missed not decide, for this commit',
    example: 'override-gate roc-auc -m <model> --reason "known label shift"',
  },
} as const satisfies Readonly<Record<Verb, VerbGrammar>>;

/** Every verb, in the order in which help lists them. Compiles only while each row lets say just what its command carries. */
export const grammar: [Disagreeing] extends [never] ? Readonly<Record<Verb, VerbGrammar>> : Disagreeing = rows;

/** The verbs whose command carries something that cannot be said, or lacks something that can. */
type Disagreeing = { [V in Verb]: Same<Carried<V>, Sayable<V>> extends true ? never : V }[Verb];

type Carried<V extends Verb> = Exclude<keyof Extract<Request, { readonly verb: V }>, 'verb'>;

type Sayable<V extends Verb> =
  | WordField[(typeof rows)[V]['takes'][number]]
  | TargetField[`${(typeof rows)[V]['target']}`];

/** The commit is carried by every command. */
interface WordField {
  readonly model: 'model';
  readonly reason: 'reason';
  readonly term: 'term';
  readonly organisation: 'scope';
  readonly seed: 'seed';
  readonly sha: never;
  readonly environment: 'environment';
  readonly step: 'step';
  readonly to: 'to';
}

interface TargetField {
  readonly 'canary-action': 'action';
  readonly code: 'code';
  readonly environment: 'environment';
  readonly 'freeze-target': 'target';
  readonly metric: 'metric';
  readonly version: 'version';
  readonly null: never;
}

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** The verbs in the order in which help lists them: the keys of the table are exactly these. */
export const verbs = Object.keys(grammar) as readonly Verb[];

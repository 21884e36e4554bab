import type { Cause } from '../change/model-change.ts';
import type { RefusalCode, WorkRefusalCode } from '../command/reasons.ts';
import { canonicalJson, digestOf } from '../digest.ts';
import type { ModelFacts } from '../facts/model-facts.ts';
import type { Result } from '../result.ts';
import { type ModelSource, modelArtifact } from '../run-plan.ts';
import type { RunRecord } from '../store/run-record.ts';
import type { Freeze } from './freeze.ts';

/** What is to be done for one model at one commit. */
export type Work =
  | { readonly kind: 'nothing'; readonly reason: string }
  | {
      readonly kind: 'refuse';
      readonly code: RefusalCode | WorkRefusalCode;
      readonly reason: string;
      readonly fix: string;
    }
  /** A run is called for, but none is requested now. */
  | { readonly kind: 'frozen'; readonly freeze: Freeze }
  /** Exactly this was measured before. */
  | { readonly kind: 'reuse'; readonly run: RunRecord; readonly result: Result }
  /** Exactly this is being measured for an older head. */
  | { readonly kind: 'adopt'; readonly run: RunRecord; readonly instead: RunWork }
  | RunWork;

/** To be measured by a run, after a training when `trains`. */
export interface RunWork {
  readonly kind: 'run';
  readonly trains: boolean;
  readonly candidate: ModelSource;
  readonly evaluationKey: string;
}

/**
 * `changed`: what the commits call for; `again`: the same, measured anew; `first`: a champion where there is none;
 * `first-again`: the same, measured anew; `evaluate`, `train` and `drift` (the data alone): what somebody asked for, whatever changed.
 */
export type Ask = 'changed' | 'again' | 'first' | 'first-again' | 'evaluate' | 'train' | 'drift';

interface WorkOptions {
  readonly ask: Ask;
  readonly runs: readonly RunRecord[];
  readonly now: string;
}

/** Decides the least work that tells what this commit does to the model. `runs` are those of the same lane, newest first. */
export function workFor(facts: ModelFacts, options: WorkOptions): Work {
  const { committed } = facts;
  const { ask, runs } = options;
  const causes = facts.change?.causes ?? [];
  const isCalledFor = ask === 'changed' || ask === 'again';
  if (isCalledFor && facts.change === null) {
    const reason = 'the repository has more files than GitHub lists at once, so nobody can tell what changed';
    const fix = 'ask for what you want with `/train` or `/evaluate`';
    return { kind: 'refuse', code: 'change-unknown', reason, fix };
  }
  if (isCalledFor && causes.length === 0) return nothing('no file of this model changed');
  if (isCalledFor && causes.every((cause) => cause === 'holdout')) {
    return nothing('only the holdout changed, and it counts once it is merged');
  }
  const way = wayOf(facts, { ask, causes });
  switch (way) {
    case 'train':
      return training(facts, options);
    case 'file': {
      if (committed === null) {
        const fix = 'put the file back, or remove the model from the policy first';
        const reason = 'the committed model file is not there at this commit';
        return { kind: 'refuse', code: 'model-file-missing', reason, fix };
      }
      return measured(facts, {
        runs,
        ask,
        candidate: { kind: 'file', path: committed.path },
        identity: committed.digest,
      });
    }
    case 'unchanged': {
      const reason = options.ask === 'drift' ? 'only the data were asked about' : 'the model itself is unchanged';
      const candidate = { kind: 'none', reason } as const;
      return measured(facts, { runs, ask, candidate, identity: 'unchanged' });
    }
    case 'untrainable':
      return {
        kind: 'refuse',
        code: 'untrainable',
        reason: 'the policy does not say how this model is trained',
        fix: 'add a `train` section for it to `.github/siskin.yml` of the base branch',
      };
    default:
      return way satisfies never;
  }
}

function wayOf(
  { policy, committed }: ModelFacts,
  { ask, causes }: { readonly ask: Ask; readonly causes: readonly Cause[] },
): 'train' | 'file' | 'unchanged' | 'untrainable' {
  const on: readonly string[] = policy.train?.on ?? [];
  if (ask === 'drift') return 'unchanged';
  if (ask === 'train' || ask === 'first' || ask === 'first-again') {
    return policy.train === undefined ? 'untrainable' : 'train';
  }
  if (causes.includes('model')) return 'file';
  if (causes.some((cause) => on.includes(cause))) return 'train';
  if (ask === 'changed' || ask === 'again') return 'unchanged';
  if (committed !== null) return 'file';
  return policy.train === undefined ? 'untrainable' : 'train';
}

/** Retention of artifacts is 90 days by default and may be shorter; an older training is done again. */
const artifactDays = 30;

function training(facts: ModelFacts, options: WorkOptions): Work {
  const { model, sameTraining, trainingKey } = facts;
  const artifact = modelArtifact(model);
  const fresh = measured(facts, { ...options, candidate: { kind: 'trained', artifact }, identity: trainingKey });
  if (fresh.kind !== 'run' || options.ask === 'train') return fresh;
  const trained = sameTraining?.results[model]?.evaluation?.candidate.digest;
  if (sameTraining === null || sameTraining.runId === null || trained === undefined) return fresh;
  if (Date.parse(options.now) - Date.parse(sameTraining.plannedAt) > artifactDays * 86_400_000) return fresh;
  const candidate = { kind: 'artifact', runId: sameTraining.runId, artifact, digest: trained } as const;
  return { ...fresh, trains: false, candidate };
}

function measured(
  facts: ModelFacts,
  options: {
    readonly ask: Ask;
    readonly runs: readonly RunRecord[];
    readonly candidate: ModelSource;
    /** Null when unknown. */
    readonly identity: string | null;
  },
): Work {
  const { identity } = options;
  // What is unknown equals nothing, not even itself in another run.
  const known = identity !== null && facts.setting !== null;
  const evaluationKey = digestOf(canonicalJson([identity, facts.setting]));
  const isSame = (run: RunRecord) =>
    run.models.some((asked) => asked.model === facts.model && asked.evaluationKey === evaluationKey);
  const work: RunWork = {
    kind: 'run',
    trains: options.candidate.kind === 'trained',
    candidate: options.candidate,
    evaluationKey,
  };
  if ((options.ask === 'changed' || options.ask === 'first') && known) {
    const candidates = facts.sameTraining === null ? options.runs : [facts.sameTraining, ...options.runs];
    for (const run of candidates) {
      const result = run.results[facts.model];
      if (result !== undefined && isUsable(result) && isSame(run)) return { kind: 'reuse', run, result };
    }
    const open = options.runs.find((run) => isOpen(run) && isSame(run));
    if (open !== undefined) return { kind: 'adopt', run: open, instead: work };
  }
  return work;
}

/** A result in which a part failed may be the machine's fault, so that it is measured again. */
function isUsable(result: Result): boolean {
  return result.failures.length === 0;
}

/** Whether a run has yet to end, or is about to be run again. */
export function isOpen(run: RunRecord): boolean {
  return run.retryAt !== null || run.state === 'planned' || run.state === 'dispatched' || run.state === 'running';
}

function nothing(reason: string): Work {
  return { kind: 'nothing', reason };
}

import type { ErrorCode } from '../error.ts';
import type { RunFailure } from '../store/run-record.ts';
import type { Reason } from './reason.ts';
import { rolloutRefusals, rolloutStops } from './rollout-reasons.ts';

/** Why commands are refused. A code without a meaning does not compile. */
export const refusals = {
  'unknown-command': {
    means: 'The line begins like a command of Siskin, but is none, or has a word that the command does not know.',
    fix: 'Type `/help` to see the commands.',
  },
  'not-permitted': {
    means: 'The policy does not give this command to the person who typed it.',
    fix: 'Ask somebody who may; `/help` says who that is.',
  },
  unverified: {
    means: 'GitHub did not tell whether the person has the right that the command needs, and a doubt is not a right.',
    fix: 'Type it again in a minute; if it stays so, `/doctor` says which permission the App lacks.',
  },
  'head-moved': {
    means:
      'The pull request was pushed to at about the time of the command or later, so the person may have seen another commit.',
    fix: 'Look at the newest commit, then name it: add `@` and its first seven digits to the command.',
  },
  'sha-missing': {
    means: 'The command trusts a commit, so it must name it.',
    fix: 'Read the change, then add `@` and the first seven digits of its newest commit.',
  },
  'no-policy': {
    means: 'The base branch has no policy, or one that cannot be used.',
    fix: 'Add or mend `.github/siskin.yml` on the base branch.',
  },
  'unknown-model': {
    means: 'The policy of the base branch has no model of this name.',
    fix: 'Type `/config` to see its models.',
  },
  'unknown-environment': {
    means: 'The policy of the base branch has no environment of this name.',
    fix: 'Type `/config` to see its environments.',
  },
  'unknown-metric': {
    means: 'The policy of the base branch has no gate on this metric.',
    fix: 'Type `/config` to see its gates.',
  },
  'unknown-code': {
    means: 'There is no reason code of this name.',
    fix: 'Type `/explain` to see those that hold here.',
  },
  'target-missing': {
    means: 'The command needs to be told what it is about; it never takes a default.',
    fix: 'Name one of the choices that the answer lists.',
  },
  'reason-missing': {
    means: 'The command changes what others rely on, so it must say why.',
    fix: 'Add `--reason "…"`.',
  },
  'term-missing': {
    means: 'What is frozen or held must end by itself.',
    fix: 'Add `--for 2h` or `--until 2026-03-01T18:00Z`.',
  },
  'term-out-of-range': {
    means:
      'The time until which something is to be held or frozen is over already, or longer than the policy lets it be.',
    fix: 'Name a time within the limit that the answer names.',
  },
  closed: { means: 'The pull request is not open.', fix: 'Reopen it, then type the command again.' },
  fork: {
    means:
      'The pull request comes from a fork, whose code runs only after somebody with the right approved this very commit.',
    fix: 'Read the change, then type `/approve-run @` and the first seven digits of its newest commit.',
  },
  locked: {
    means: 'Another pull request holds this environment for this model.',
    fix: 'Wait for its end, or ask its holder to type `/unlock`.',
  },
  frozen: {
    means: 'Somebody stopped this until a time.',
    fix: 'Wait for its end; `/locks` says who stopped it, why and until when.',
  },
  'over-budget': {
    means: 'The run would take more than what is left of a budget of the policy.',
    fix: 'Wait for the next day or month, or have it approved with `/approve-budget`.',
  },
  'own-approval': {
    means: 'The policy does not let the author of a change approve it.',
    fix: 'Ask somebody else who may.',
  },
  'shared-run': {
    means: 'The run of the model measures other models too, and GitHub cancels a run as a whole.',
    fix: 'Type `/cancel` to stop all of it, then ask for what you still want, e.g. with `/evaluate -m`.',
  },
  'no-candidate': {
    means: 'No candidate of the model was measured at a commit that is to be compared.',
    fix: 'Type `/evaluate` or `/train` first, or name a commit that was measured.',
  },
  'not-green': {
    means: 'The candidate did not pass its gates, so that it cannot be released.',
    fix: 'Release one that passes, or have what was missed overridden with `/override-gate`.',
  },
  'version-taken': {
    means: 'A version is one digest for ever and only ever goes up, and this one is not above the newest.',
    fix: 'Leave the version out, or name a higher one.',
  },
  'manifest-invalid': {
    means: 'The release manifest on the default branch cannot be read, so that nothing can be added to it.',
    fix: 'Mend `models/<model>/release.yml` on the default branch.',
  },
  'artifact-gone': {
    means: 'The candidate of a commit is not kept any more, because GitHub forgets artifacts after some time.',
    fix: 'Compare with a later commit, or have the candidate made again with `/train`.',
  },
  ...rolloutRefusals,
  'nothing-to-do': {
    means: 'There is nothing here that the command could act on.',
    fix: 'Type `/status` to see where things stand.',
  },
} as const satisfies Readonly<Record<string, Reason>>;

/** A stable code of a refusal. */
export type RefusalCode = keyof typeof refusals;

/** Why nothing is run for a model although something changed or somebody asked. */
export const workRefusals = {
  'change-unknown': {
    means: 'The repository has more files than GitHub lists at once, so nobody can tell what changed.',
    fix: 'Ask for what you want with `/train` or `/evaluate`.',
  },
  'model-file-missing': {
    means: 'The policy names a committed model file, and this commit does not have it.',
    fix: 'Put the file back, or remove the model from the policy first.',
  },
  untrainable: {
    means: 'A training was called for, and the policy does not say how this model is trained.',
    fix: 'Add a `train` section for the model to `.github/siskin.yml` of the base branch.',
  },
} as const satisfies Readonly<Record<string, Reason>>;

/** A stable code of why nothing is run for a model. */
export type WorkRefusalCode = keyof typeof workRefusals;

/** Why a run ended without a result that counts. */
export const runFailures = {
  'dispatch-refused': {
    means: 'GitHub did not start the workflow when it was asked to.',
    fix: 'Type `/doctor` to see what it lacks, mend that, then type `/retry`.',
  },
  'workflow-missing': {
    means: 'The default branch has no workflow of the name that the policy gives, or it is disabled.',
    fix: 'Run `siskin init` and merge the file that it writes, or enable the workflow, then type `/retry`.',
  },
  'training-failed': {
    means: 'The training command ended with an error, or left no model where the policy says.',
    fix: 'Read the last lines of its log in the comment, push a correction, or type `/retry` when the machine was to blame.',
  },
  'evaluation-failed': {
    means: 'The evaluation of the model ended with an error.',
    fix: 'Read the last lines of its log in the comment, push a correction, or type `/retry` when the machine was to blame.',
  },
  'result-missing': {
    means: 'The run ended and left no result for this model.',
    fix: 'Look at the run, then type `/retry`.',
  },
  'result-invalid': {
    means: 'The run left a result that is too large, damaged, or not of the form that the evaluation writes.',
    fix: 'Make sure that nothing else uploads under the name of the result, then type `/retry`.',
  },
  'result-mismatch': {
    means: 'The run left a result of another commit, run or model, so it does not count.',
    fix: 'Make sure that nothing else uploads under the name of the result, then type `/retry`.',
  },
  'result-unproven': {
    means: 'The result does not carry the proof that the evaluation of this very run wrote it, so it does not count.',
    fix: 'Let only the job `evaluate` have `id-token: write` (`/doctor` looks), then type `/retry`.',
  },
  'timed-out': {
    means: 'It took longer than its limit and was stopped.',
    fix: 'Make it quicker, or raise `timeout-minutes` in the policy of the base branch, then type `/retry`.',
  },
  lost: {
    means: 'Nothing was heard of the run any more: it was deleted, or its machine vanished.',
    fix: 'Type `/retry`.',
  },
  'runner-lost': {
    means: 'The machine vanished in the middle of a job.',
    fix: 'Look at the runner, then type `/retry`.',
  },
  'no-runner': {
    means: 'No runner with the labels of the policy took the job, so GitHub gave it up.',
    fix: 'Start a runner with these labels, or correct `runner` in the policy (`/doctor` looks), then type `/retry`.',
  },
  stalled: {
    means: 'Machines vanished again and again while the checkpoint of the training stood still.',
    fix: 'Let the training save checkpoints more often, or give it a machine that stays, then type `/retry`.',
  },
} as const satisfies Readonly<Record<RunFailure['code'], Reason>>;

/** Why a verdict is what it is. */
export const verdictReasons = {
  'gate-failed': {
    means: 'A metric misses its bound, and the confidence interval shows that this is no accident of the rows.',
    fix: 'Look at the slices in the comment and improve the model; `/override-gate` lets somebody with the right decide otherwise.',
  },
  'gate-inconclusive': {
    means: 'The confidence interval of the difference holds the bound, so the rows decide neither way.',
    fix: 'Add rows to the holdout (the comment says how many would decide), or accept it with `/override-gate`.',
  },
  'gate-unmeasured': {
    means: 'A metric that must keep a bound could not be measured, and what is unknown never passes.',
    fix: 'Mend what the comment names, then type `/evaluate`.',
  },
  'no-champion': {
    means: 'There is no model yet that this one could be compared with.',
    fix: 'Merge it, or push to the default branch: the first model that is good enough becomes the champion.',
  },
  'no-gate': {
    means: 'The policy has no metric with a bound, so nothing decides.',
    fix: 'Add a bound to `.github/siskin.yml` of the base branch, e.g. `roc-auc: { not-worse-by: 0.005 }`.',
  },
  'no-schema': {
    means: 'The model is unchanged, and nothing says what its data must look like.',
    fix: 'Let `siskin validate --init` write a schema, and name it under `data.schema` of the policy.',
  },
  'schema-violated': {
    means: 'The data break the schema that the repository holds them to.',
    fix: 'Correct the rows that the check marks, or change the schema in the same pull request if the data are right.',
  },
  'data-unchecked': {
    means: 'The data could not be held against their schema.',
    fix: 'Mend what the comment names, then type `/drift`.',
  },
  'drift-moved': {
    means:
      'Columns of the data moved away from those of the champion, by more than chance and by more than the policy calls small.',
    fix: 'Look at the columns in the comment; if they are expected to move, add them to `drift.ignore` of the policy.',
  },
  'drift-unmeasured': {
    means: 'Whether the data moved could not be measured.',
    fix: 'Mend what the comment names, then type `/drift`.',
  },
} as const satisfies Readonly<Record<string, Reason>>;

/** A stable code of why a verdict is what it is. */
export type VerdictCode = keyof typeof verdictReasons;

/** Why a part of an evaluation could not be done, where no code above says it already. */
export const partFailures = {
  'bad-input': {
    means: 'A file is not what it must be: a model, data or predictions that cannot be read as what they claim to be.',
    fix: 'The message names the file and what was expected; correct it and push.',
  },
  'bad-config': {
    means: 'The policy and what it is about do not fit together.',
    fix: 'The message names the entry; correct `.github/siskin.yml`.',
  },
  'not-found': {
    means: 'Something that is named is not there.',
    fix: 'The message names it; add it or correct the name.',
  },
  conflict: { means: 'Two things changed the same at once.', fix: 'Type the command again.' },
  'too-large': {
    means: 'A file is larger than its limit.',
    fix: 'The message names the limit; make the file smaller.',
  },
  unsupported: {
    means: 'It is of a kind that is not supported.',
    fix: 'The message names the kinds that are.',
  },
  unavailable: { means: 'A service did not answer.', fix: 'Type `/retry` in a few minutes.' },
  'github-refused': { means: 'GitHub refused a call.', fix: 'Type `/doctor` to see which permission is lacking.' },
  'world-broken': { means: 'Something unforeseen went wrong.', fix: 'Look at the run, then type `/retry`.' },
} as const satisfies Readonly<
  Record<Exclude<ErrorCode, 'not-permitted' | 'timed-out' | 'fenced' | 'under-way'>, Reason>
>;

/** Every reason that there is, by its code: what `/explain` knows. */
export const reasons = {
  ...refusals,
  ...workRefusals,
  ...runFailures,
  ...verdictReasons,
  ...rolloutStops,
  ...partFailures,
};

/** A stable code of why something is not done, failed, or is judged as it is. */
export type ReasonCode = keyof typeof reasons;

/** Every code, in the order in which the docs list them: the keys of the table are exactly these. */
export const reasonCodes = Object.keys(reasons) as readonly ReasonCode[];

import type { EvaluationReport } from '../../evaluate/evaluation-report.ts';
import { type ModelPolicy, policyPath } from '../../policy/policy.ts';
import type { Origin, Subject } from './subject.ts';

/** One command and why it is typed; `why` is empty where it needs no words. */
export interface Step {
  readonly why: string;
  readonly command: string;
}

type Run = Extract<Origin, { readonly kind: 'run' }>;

/** What to type, in order, to get the same numbers on another machine. */
export function reproductionSteps(subject: Subject): readonly Step[] {
  const { origin } = subject;
  if (origin.kind === 'terminal') return origin.commands.map((command) => ({ why: '', command }));
  return [...checkouts(origin), ...measurements(subject, origin), ...verdict(subject, origin)];
}

/** A word of a command line as a POSIX shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function checkouts({ head, base }: Run): readonly Step[] {
  return [
    { why: 'the judged commit, and that of policy, holdout and champion', command: `git fetch origin ${head} ${base}` },
    { why: '', command: `git worktree add --detach head ${head}` },
    { why: '', command: `git worktree add --detach base ${base}` },
  ];
}

function measurements({ judgement, measured }: Subject, { policy }: Run): readonly Step[] {
  const { training, drift, validation, evaluation } = measured;
  const steps: Step[] = [];
  if (training !== null) {
    // The policy is reviewed; what the job says of itself is not.
    const command = `(cd head && SISKIN_SEED=${training.seed} ${policy?.train?.command ?? training.command})`;
    steps.push({ why: 'train the candidate again', command });
  }
  if (policy === null) return steps;
  const data = (side: string) => policy.data.train.map((path) => shellWord(`${side}/${path}`));
  if (validation !== null && policy.data.schema !== undefined) {
    const command = `siskin validate ${data('head').join(' ')} --schema ${shellWord(`base/${policy.data.schema}`)}`;
    steps.push({ why: '', command });
  }
  if (drift !== null && drift.scope === 'all') steps.push({ why: '', command: driftCommand(policy) });
  if (evaluation !== null) steps.push(evaluateStep({ model: judgement.model, policy, evaluation }));
  return steps;
}

/** A champion that no commit holds was trained by an earlier run: only its digest says which it is. */
function evaluateStep(options: {
  readonly model: string;
  readonly policy: ModelPolicy;
  readonly evaluation: EvaluationReport;
}): Step {
  const { model, policy, evaluation } = options;
  const isCommitted = policy.model !== undefined;
  const candidate = policy.train?.output ?? policy.model ?? '';
  const champion = isCommitted ? shellWord(`base/${policy.model}`) : '"$CHAMPION"';
  const words = [
    `siskin evaluate --policy base/${policyPath} --name ${shellWord(model)}`,
    `--model ${shellWord(`head/${candidate}`)}`,
    ...(evaluation.champion === null ? [] : [`--champion ${champion}`]),
  ];
  const why =
    evaluation.champion === null || isCommitted
      ? ''
      : 'CHAMPION is the model with the digest that stands under Lineage';
  return { why, command: words.join(' ') };
}

function driftCommand(policy: ModelPolicy): string {
  const { alpha, effect, ignore } = policy.drift;
  const sides = policy.data.train.flatMap((path) => [
    `--reference ${shellWord(`base/${path}`)}`,
    `--current ${shellWord(`head/${path}`)}`,
  ]);
  const ignored = ignore.map((column) => `--ignore ${shellWord(column)}`);
  return ['siskin drift', ...sides, `--alpha ${alpha}`, `--effect ${effect}`, ...ignored].join(' ');
}

/** The measurements as they were made, judged again with the same policy. */
function verdict({ judgement, measured }: Subject, { run, repository }: Run): readonly Step[] {
  const version = measured.software === undefined ? '' : `@${measured.software.siskin}`;
  const artifact = shellWord(`siskin-result-${judgement.model}`);
  return [
    {
      why: 'the measurements of this run, and this report from them',
      command: `gh run download ${run.id} --repo ${shellWord(repository)} --name ${artifact} --dir result`,
    },
    {
      why: version === '' ? '' : `with Siskin ${version.slice(1)}`,
      command: 'siskin report result/result.json --policy base/.github/siskin.yml --html report.html',
    },
  ];
}

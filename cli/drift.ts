import type { Profile } from '../src/data/profile-document.ts';
import type { ProfiledData } from '../src/drift/compare.ts';
import { compareProfiles } from '../src/drift/compare.ts';
import { compareDatasets } from '../src/drift/compare-datasets.ts';
import type { DriftReport } from '../src/drift/drift-report.ts';
import { AppError } from '../src/error.ts';
import { DriftPolicy } from '../src/policy/drift-policy.ts';
import { type Command, type ExitCode, exitCodes, flag, type Invocation, listOption, textOption } from './command.ts';
import { privacyOf, privacyOptions, readingOf, readingOptions } from './data-options.ts';
import { driftAs } from './drift-compat.ts';
import { driftLines } from './drift-lines.ts';
import { modelOptions, rolesOf, withEstimate } from './drift-model.ts';
import { multivariateOptions, multivariatePolicy, withMultivariate } from './drift-multivariate.ts';
import { driftInStream } from './drift-stream.ts';
import { timeOptions, timePolicy } from './drift-time.ts';
import { dataPlace } from './open-files.ts';
import { policyModel, policyModelOptions } from './policy-model.ts';
import { cacheOptions, isProfile, profilePaths } from './profile-paths.ts';
import { htmlOption, refuseReport, writeReport } from './report-output.ts';

export const driftCommand: Command = {
  usage: 'drift --reference FILE --current FILE [--json]',
  options: {
    reference: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      help: 'data to compare with: files, folders, globs or one profile',
    },
    current: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      help: 'data to judge: files, folders, globs or one profile',
    },
    alpha: { type: 'string', value: 'NUMBER', help: 'false discovery rate over all columns (default 0.01)' },
    effect: { type: 'string', value: 'NUMBER', help: 'smallest Jensen–Shannon distance that matters (default 0.05)' },
    ignore: { type: 'string', multiple: true, value: 'COLUMN', help: 'a column that is expected to move' },
    rule: { type: 'string', value: 'warn|fail', help: 'what a moved column does to the exit status (default warn: 0)' },
    compat: {
      type: 'string',
      value: 'evidently|nannyml|tfdv',
      help: 'show the numbers and verdicts that another tool gives with its defaults',
    },
    threshold: {
      type: 'string',
      multiple: true,
      value: '[MEASURE=]NUMBER',
      help: 'with --compat tfdv: above which value a column counts as moved',
    },
    stream: { type: 'string', multiple: true, value: 'FILE', help: 'instead: rows in order, to watch one column of' },
    column: { type: 'string', value: 'COLUMN', help: 'with --stream: the column, e.g. of errors, 0 or 1' },
    detector: { type: 'string', value: 'adwin|ddm|page-hinkley', help: 'with --stream: what watches (default adwin)' },
    all: { type: 'boolean', help: 'show every column' },
    ...policyModelOptions,
    ...modelOptions,
    ...timeOptions,
    ...multivariateOptions,
    ...readingOptions,
    ...privacyOptions,
    ...cacheOptions,
    ...htmlOption,
  },
  async run(invocation) {
    for (const other of ['compat', 'stream']) refuseReport(invocation, other);
    if (textOption(invocation, 'compat') !== undefined) return await driftAs(invocation);
    if (listOption(invocation, 'stream').length > 0) return await driftInStream(invocation);
    const policy = policyOf(invocation);
    const started = performance.now();
    const reference = await profiled(invocation, 'reference');
    const current = await profiled(invocation, 'current');
    const columns = await compared({ invocation, policy, reference, current });
    const report = await withEstimate(await withMultivariate(columns, { invocation, policy }), invocation);
    const seconds = (performance.now() - started) / 1000;
    writeReport(invocation, {
      about: listOption(invocation, 'current')[0] ?? '',
      measured: { drift: report },
      driftRule: policy.rule,
    });
    if (flag(invocation, 'json')) invocation.stdout.write(`${JSON.stringify(report)}\n`);
    else invocation.stdout.write(`${driftLines({ report, seconds, policy, isWhole: flag(invocation, 'all') })}\n`);
    return exitOf(report, policy);
  },
};

/** What is typed stands before what the policy says; lists add up. */
function policyOf(invocation: Invocation): DriftPolicy {
  const kept = policyModel(invocation)?.drift;
  const written = {
    alpha: numberOption(invocation, 'alpha'),
    effect: numberOption(invocation, 'effect'),
    rule: textOption(invocation, 'rule'),
  };
  const given = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined));
  // Rows whose performance is estimated have no labels yet.
  const unlabelled = flag(invocation, 'estimate') ? listOf(invocation, 'target') : [];
  const parsed = DriftPolicy.safeParse({
    ...kept,
    ...given,
    ignore: [...(kept?.ignore ?? []), ...listOption(invocation, 'ignore'), ...unlabelled],
    critical: [...(kept?.critical ?? []), ...listOption(invocation, 'critical')],
    ...timePolicy(invocation),
    ...multivariatePolicy(invocation),
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const [name] = issue?.path ?? [];
  const found = name === undefined ? 'others' : JSON.stringify(textOption(invocation, String(name)) ?? '');
  throw new AppError(
    'bad-config',
    `expected ${name === undefined ? 'the options' : `--${String(name)}`} to be as \`siskin drift --help\` says, found ${found} (${issue?.message}); correct it`,
  );
}

function listOf(invocation: Invocation, name: string): readonly string[] {
  return [textOption(invocation, name) ?? []].flat();
}

/** Text that is no number stays what it is, for the schema to refuse. */
function numberOption(invocation: Invocation, name: string): number | string | undefined {
  const text = textOption(invocation, name);
  return text === undefined || text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
}

/** Blocks and windows are counted in the rows themselves, which a profile does not hold, by names that privacy may hide. */
async function compared(options: {
  readonly invocation: Invocation;
  readonly policy: DriftPolicy;
  readonly reference: ProfiledData;
  readonly current: ProfiledData;
}): Promise<DriftReport> {
  const { invocation, policy, reference, current } = options;
  const roles = rolesOf(invocation, policyModel(invocation)?.target);
  if (policy.block === undefined && policy.windows === undefined) {
    return compareProfiles({ reference, current, policy, roles });
  }
  if (privacyOf(invocation) !== null) {
    throw new AppError(
      'bad-input',
      'expected --block and --windows without options that hide values, found both; leave one of them out',
    );
  }
  const rowsOf = (side: 'reference' | 'current', profile: Profile) => {
    const paths = listOption(invocation, side);
    if (paths.some((path) => isProfile({ folder: invocation.folder, path }))) {
      throw new AppError(
        'bad-input',
        `expected data files for --block and --windows, found the profile ${paths.join(', ')}, which holds no rows; name the data`,
      );
    }
    return { profile, place: { ...dataPlace({ folder: invocation.folder, paths }), ...readingOf(invocation) } };
  };
  const rows = { reference: rowsOf('reference', reference.profile), current: rowsOf('current', current.profile) };
  return await compareDatasets({ reference, current, policy, roles, rows });
}

async function profiled(invocation: Invocation, side: 'reference' | 'current'): Promise<ProfiledData> {
  const paths = listOption(invocation, side);
  if (paths.length === 0) {
    throw new AppError(
      'bad-input',
      `expected --${side} FILE, found none; type \`siskin drift --reference FILE --current FILE\``,
    );
  }
  return await profilePaths({ invocation, paths });
}

function exitOf(report: DriftReport, policy: DriftPolicy): ExitCode {
  if ((report.criticalMoved ?? []).length > 0) return exitCodes.gateFailed;
  if (report.verdict === 'not-assessed') return exitCodes.inconclusive;
  return report.verdict === 'moved' && policy.rule === 'fail' ? exitCodes.gateFailed : exitCodes.pass;
}

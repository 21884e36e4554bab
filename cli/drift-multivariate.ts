import type { DriftReport } from '../src/drift/drift-report.ts';
import { addMultivariate, hiddenColumns } from '../src/drift/multivariate/add-multivariate.ts';
import type { Multivariate, Separation } from '../src/drift/multivariate/multivariate-report.ts';
import { AppError } from '../src/error.ts';
import type { DriftPolicy } from '../src/policy/drift-policy.ts';
import { MultivariatePolicy } from '../src/policy/multivariate-policy.ts';
import { type CommandOptions, flag, type Invocation, listOption } from './command.ts';
import { privacyOf, readingOf } from './data-options.ts';
import { dataPlace } from './open-files.ts';
import { isProfile } from './profile-paths.ts';
import { shownText } from './shown-text.ts';

/** Whether columns are looked at together, too. */
export const multivariateOptions: CommandOptions = {
  multivariate: { type: 'boolean', help: 'look at all columns together, and at texts and embeddings, by their rows' },
};

/** The part of a policy that the option stands for. */
export function multivariatePolicy(invocation: Invocation): Pick<DriftPolicy, 'multivariate'> | Record<string, never> {
  return flag(invocation, 'multivariate') ? { multivariate: MultivariatePolicy.parse({}) } : {};
}

/** The report with what columns tell together. Throws `bad-input` for profiles, which hold no rows. */
export async function withMultivariate(
  report: DriftReport,
  { invocation, policy }: { readonly invocation: Invocation; readonly policy: DriftPolicy },
): Promise<DriftReport> {
  if (policy.multivariate === undefined) return report;
  const place = (side: 'reference' | 'current') => {
    const paths = listOption(invocation, side);
    if (paths.some((path) => isProfile({ folder: invocation.folder, path }))) {
      throw new AppError(
        'bad-input',
        `expected data files for --multivariate, found the profile ${paths.join(', ')}, which holds no rows; name the data`,
      );
    }
    return { ...dataPlace({ folder: invocation.folder, paths }), ...readingOf(invocation) };
  };
  return await addMultivariate(report, {
    reference: place('reference'),
    current: place('current'),
    policy,
    hidden: hiddenColumns(privacyOf(invocation) ?? undefined),
  });
}

/** What a terminal shows of it, a line for each thing that was judged. */
export function multivariateLines(found: Multivariate | undefined): readonly string[] {
  if (found === undefined) return [];
  const { columns, texts, embeddings } = found;
  const given = columns.slice(0, 5).map(({ name, lost }) => `${shownText(name, 24)} ${lost.toFixed(3)}`);
  return [
    `together    ${judged(found)}${given.length === 0 ? '' : `; given away by ${given.join(', ')}`}`,
    ...Object.entries(texts).map(([name, text]) => {
      const words = text.words.slice(0, 5).map(({ word, side }) => `${side === 'current' ? '+' : '−'}${word}`);
      return `text        ${shownText(name, 24)}  ${judged(text)}${words.length === 0 ? '' : `: ${words.join(' ')}`}`;
    }),
    ...Object.entries(embeddings).map(([name, one]) => `embedding   ${shownText(name, 24)}  ${judged(one)}`),
  ];
}

function judged(one: Pick<Multivariate, 'separation' | 'verdict' | 'reason'>): string {
  const verdict = one.verdict === 'not-assessed' ? 'not assessed' : one.verdict;
  return `${one.separation === null ? '' : `${aucText(one.separation)}  `}${verdict} (${one.reason})`;
}

function aucText({ auc, low, high, pValue }: Separation): string {
  const p = pValue < 1e-12 ? 'p < 1e-12' : `p ${pValue.toPrecision(2)}`;
  return `AUC ${auc.toFixed(3)} (${low.toFixed(3)} … ${high.toFixed(3)})  ${p}`;
}

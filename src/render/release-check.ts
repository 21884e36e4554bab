import type { ReleaseFinding, ReleaseRule } from '../decide/release/finding.ts';
import { releaseRules } from '../decide/release/finding.ts';
import type { CheckContent } from '../effect.ts';
import type { ReleaseSubject } from '../facts/release-facts.ts';
import { code, plain, prose } from './escape.ts';
import { table } from './markdown.ts';
import { counted } from './number.ts';

/** The one check before a merge, whatever it releases: what a rule of the branch can require of every pull request. */
export const releasesCheckName = 'siskin / releases';

/** The check of what became of a model's release once it was merged, or before it was proposed. */
export function releaseCheckName(model: string): string {
  return `siskin / release ${model}`;
}

/** Where a check speaks: before the merge, in a merge queue, or after it. */
type Where = 'pull-request' | 'queue' | 'default-branch';

/** What keeps a release from being merged (or, once it is, from serving), all at once, each with what to do about it. */
export function releaseCheck(
  subject: ReleaseSubject,
  { findings, where }: { readonly findings: readonly ReleaseFinding[]; readonly where: Where },
): CheckContent {
  const problems = findings.filter(({ kind }) => kind === 'problem');
  const conclusion = problems.length > 0 ? 'failure' : findings.length > 0 ? 'action_required' : 'success';
  return {
    name: releaseCheckName(subject.model),
    status: 'completed',
    conclusion,
    title: plain(titleOf(subject, { findings, where }), 160),
    summary: summaryOf(subject, { findings, where }),
    text: '',
    detailsUrl: null,
    annotations: problems.flatMap(({ at, sentence }) =>
      at === null
        ? []
        : [
            {
              path: subject.path,
              line: Math.max(1, at.line),
              level: 'failure' as const,
              title: plain(at.path === '' ? 'release manifest' : at.path, 200),
              message: plain(sentence, 2000),
            },
          ],
    ),
    buttons: [],
  };
}

/** All that a pull request or the commit of a queue releases, in one check: the worst of it, or that it releases nothing. */
export function releasesCheck(
  parts: readonly { readonly subject: ReleaseSubject; readonly findings: readonly ReleaseFinding[] }[],
  where: Exclude<Where, 'default-branch'>,
): CheckContent {
  const checks = parts.map(({ subject, findings }) => releaseCheck(subject, { findings, where }));
  const worst = (['failure', 'action_required'] as const).find((one) =>
    checks.some(({ conclusion }) => conclusion === one),
  );
  const problems = parts.flatMap(({ findings }) => findings.filter(({ kind }) => kind === 'problem')).length;
  const ready = parts.map(({ subject }) => `${parts.length > 1 ? `${subject.model} ` : ''}${changeWords(subject)}`);
  const waits = checks.find(({ conclusion }) => conclusion === 'action_required')?.title ?? '';
  const title =
    worst === 'failure'
      ? `Not to be merged: ${counted(problems, 'problem')}`
      : worst === undefined
        ? `Ready: ${ready.join('; ')}`
        : waits;
  return {
    ...ended,
    conclusion: worst ?? 'success',
    title: parts.length === 0 ? 'Nothing is released here' : plain(title, 160),
    summary:
      checks.map(({ summary }) => summary).join('\n\n') ||
      'No release manifest is edited, so that merging this changes nothing that is served.',
    annotations: checks.flatMap(({ annotations }) => annotations),
  };
}

/** That manifests are edited and nothing can say whether they may be. */
export function unreadableReleases(models: readonly string[]): CheckContent {
  const named = models.map((model) => code(model)).join(', ') || 'some';
  return {
    ...ended,
    conclusion: 'failure',
    title: 'Not to be merged: the policy cannot be used',
    summary: `Expected a valid \`.github/siskin.yml\` on the default branch to check the release of ${named} by, found one that cannot be used; mend it there by a pull request of its own.`,
    annotations: [],
  };
}

const ended = { name: releasesCheckName, status: 'completed', text: '', detailsUrl: null, buttons: [] } as const;

function titleOf(
  subject: ReleaseSubject,
  { findings, where }: { readonly findings: readonly ReleaseFinding[]; readonly where: Where },
): string {
  const problems = findings.filter(({ kind }) => kind === 'problem').length;
  if (problems > 0) {
    const verb = where === 'default-branch' ? 'Not released' : 'Not to be merged';
    return `${verb}: ${counted(problems, 'problem')}`;
  }
  const [first] = findings;
  if (first !== undefined) return `Waits: ${releaseRules[first.rule]}`;
  const what = changeWords(subject);
  return where === 'default-branch' ? `Merged: ${what}` : `Ready: ${what}`;
}

/** `1.4.0 to staging`; what a title or sentence says of a release. */
export function changeWords({
  head,
  changes,
  isNewVersion,
}: Pick<ReleaseSubject, 'head' | 'changes' | 'isNewVersion'>): string {
  const parts = changes.map(({ environment, after }) =>
    after === null ? `nothing to ${environment}` : `${after.version} to ${environment}`,
  );
  if (parts.length > 0) return parts.join(', ');
  if (head.kind !== 'valid') return 'nothing';
  return isNewVersion ? `registers ${head.manifest.version}` : 'nothing is released';
}

function summaryOf(
  subject: ReleaseSubject,
  { findings, where }: { readonly findings: readonly ReleaseFinding[]; readonly where: Where },
): string {
  const heading = `### ${code(subject.model)}: ${prose(changeWords(subject))}`;
  const list = findings.map(
    ({ kind, environment, sentence }) =>
      `- ${kind === 'problem' ? '🔴' : '🟡'} ${environment === null ? '' : `${code(environment)}: `}${prose(sentence, 2000)}`,
  );
  const broken = new Set(findings.map(({ rule }) => rule));
  const rows = (Object.keys(releaseRules) as readonly ReleaseRule[]).map((rule) => [
    // the keys of the table are the rules
    broken.has(rule) ? (findings.some((one) => one.rule === rule && one.kind === 'problem') ? '🔴' : '🟡') : '🟢',
    releaseRules[rule],
  ]);
  const looked = table(
    [
      { title: '', align: 'left' },
      { title: 'What was looked at', align: 'left' },
    ],
    rows,
  );
  const fate =
    where === 'default-branch' && list.length > 0
      ? 'Nothing of this is served. Revert the commit, or mend it by another.'
      : '';
  return [heading, list.join('\n'), fate, where === 'default-branch' ? '' : looked]
    .filter((part) => part !== '')
    .join('\n\n');
}

import { problemText } from '../../error.ts';
import type { EnvironmentChange, ReleaseHolds, ReleaseSubject } from '../../facts/release-facts.ts';
import { rejectionOf } from '../../registry/manifest.ts';
import { compareVersions } from '../../registry/version.ts';
import { isAcceptable } from '../champion.ts';
import { frozen } from '../freeze.ts';
import { judge } from '../judge.ts';
import { type ReleaseFinding, type ReleaseRule, releaseRules } from './finding.ts';
import { platformFindings } from './platform-findings.ts';
import { isRollback, isThat } from './served.ts';

/** How a release stands apart from its manifest. */
export interface ReleaseSetting {
  readonly holds: ReleaseHolds;
  /** The pull request that proposes it; null on the default branch and in a merge queue. */
  readonly number: number | null;
  /** By environment, who approved and may; null where nobody is asked: in a merge queue, and once it is merged. */
  readonly approvedBy: Readonly<Record<string, readonly string[]>> | null;
  readonly now: string;
}

/** All that keeps a changed manifest from being merged, at once, in the order of the rules. Empty: nothing does. */
export function releaseFindings(subject: ReleaseSubject, setting: ReleaseSetting): readonly ReleaseFinding[] {
  const { head, path, model, policy } = subject;
  if (head.kind === 'absent') {
    const found = `found that \`${path}\` is deleted; restore it, or take environments out of it one by one`;
    return [problem('manifest', null, `expected the manifest to stay as long as something serves, ${found}`)];
  }
  if (head.kind === 'invalid') {
    return head.problems.map((one) => ({ ...problem('manifest', null, problemText(one)), at: one }));
  }
  if (!Object.hasOwn(policy.models, model)) {
    const known = Object.keys(policy.models).map((name) => `\`${name}\``);
    const found = `found \`${model}\`; add it to \`models\` in \`.github/siskin.yml\`, or rename the folder`;
    return [problem('model', null, `expected a model of the policy (${known.join(', ')}), ${found}`)];
  }
  const behind = subject.isBehind ? [behindFinding(path)] : [];
  const version = subject.isNewVersion ? versionFindings(subject) : [];
  // What the default branch rejects stays rejected, whatever this change takes out of the list.
  const rejected = [...subject.rejected, ...head.manifest.rejected];
  const changes = subject.changes.flatMap((change) => [
    ...environmentFindings(subject, change),
    ...(change.after === null ? [] : rejectedFindings({ rejected }, change)),
    ...orderFindings(change),
    ...holdFindings(subject, change, setting),
    ...(change.policy === null || change.after === null ? [] : platformFindings(change)),
  ]);
  const signature = subject.signature.map((sentence) => problem('signature', null, sentence));
  return inOrder([...behind, ...version, ...signature, ...changes]);
}

function behindFinding(path: string): ReleaseFinding {
  const found = `found that the default branch edited \`${path}\` since; update the branch (Siskin does it to its own)`;
  return { ...problem('manifest', null, `expected a change of the newest manifest, ${found}`), kind: 'wait' };
}

function versionFindings(subject: ReleaseSubject): readonly ReleaseFinding[] {
  const { head, base, registered } = subject;
  if (head.kind !== 'valid') return [];
  const { version, artifact } = head.manifest;
  const findings: ReleaseFinding[] = [];
  const before = base.kind === 'valid' ? base.manifest : null;
  const isLower = before !== null && compareVersions(version, before.version) < 0;
  const isKnown = registered?.digest === artifact.digest;
  // Bytes that served may become the newest again: that is how a release is reverted.
  const served = subject.changes.filter(({ after }) => after !== null);
  const isBack = isKnown && served.length > 0 && served.every(isRollback);
  if (registered !== null && !isKnown) {
    const found = `found ${short(registered.digest)} under the tag of \`${version}\``;
    findings.push(
      problem(
        'version',
        null,
        `expected \`${version}\` to stay ${short(artifact.digest)}, ${found}; give these bytes a version of their own`,
      ),
    );
  }
  if (isLower && !isBack) {
    const found = `found \`${version}\`; name a higher one, and go back to an earlier version under \`environments\` only`;
    findings.push(problem('version', null, `expected a version above \`${before.version}\`, ${found}`));
  }
  findings.push(...subject.bytes.map((sentence) => problem('digest', null, sentence)));
  if (isBack) return findings;
  return [...findings, ...lineageFindings(subject), ...gateFindings(subject)];
}

/** The candidate of a squashed pull request is on the default branch as the champion that has its bytes. */
function lineageFindings({ head, isOnBranch, champion, run }: ReleaseSubject): readonly ReleaseFinding[] {
  if (head.kind !== 'valid' || isOnBranch) return [];
  const { lineage, artifact } = head.manifest;
  if (champion?.digest === artifact.digest) return [];
  const where = run?.pullRequest == null ? 'merge it first' : `merge \`#${run.pullRequest}\` first`;
  const sentence = `expected the commit ${lineage.commit.slice(0, 7)} of this version on the default branch, found that it is not merged; ${where}`;
  return [{ ...problem('lineage', null, sentence), kind: 'wait' }];
}

function gateFindings({ model, policy, head, run, approvals }: ReleaseSubject): readonly ReleaseFinding[] {
  const own = policy.models[model];
  if (head.kind !== 'valid' || own === undefined) return [];
  const { lineage, artifact } = head.manifest;
  const again = `type \`/release -m ${model}\` in a pull request whose candidate was judged`;
  const result = run?.results[model];
  if (run === null || result === undefined) {
    const found = lineage.run === undefined ? 'found no run in the lineage' : `found none of run ${lineage.run}`;
    return [
      problem(
        'gates',
        null,
        `expected a verdict on record for \`${artifact.digest.slice(0, 19)}\`, ${found}; ${again}`,
      ),
    ];
  }
  const measured = result.evaluation?.candidate.digest;
  if (measured !== artifact.digest || run.head !== lineage.commit) {
    const found = `found that run ${run.runId} measured ${short(measured ?? null)} of ${run.head.slice(0, 7)}`;
    return [
      problem(
        'gates',
        null,
        `expected the run of the lineage to have measured ${short(artifact.digest)} of ${lineage.commit.slice(0, 7)}, ${found}; ${again}`,
      ),
    ];
  }
  const judged = { model, policy: own, result, approvals };
  const { verdict, headline } = judge(judged);
  if (verdict === 'pass' || isAcceptable(judged)) return [];
  return [problem('gates', null, `expected every gate to pass for these bytes, found: ${headline}; ${again}`)];
}

function environmentFindings(subject: ReleaseSubject, change: EnvironmentChange): readonly ReleaseFinding[] {
  const { environment, after, policy, bytes } = change;
  const findings: ReleaseFinding[] = [];
  if (policy === null && after !== null) {
    const known = Object.keys(subject.policy.environments).map((name) => `\`${name}\``);
    const found = `found \`${environment}\`; add it to \`environments\` in \`.github/siskin.yml\`, or name another`;
    findings.push(
      problem(
        'model',
        environment,
        `expected an environment of the policy (${known.join(', ') || 'it has none'}), ${found}`,
      ),
    );
  }
  return [
    ...findings,
    ...bytes.map((sentence) => problem('digest', environment, sentence)),
    ...strangeFindings(subject, change),
  ];
}

/** Nothing reaches an environment that was judged nowhere: it is the manifest's own version, or it served before. */
function strangeFindings({ head, model }: ReleaseSubject, change: EnvironmentChange): readonly ReleaseFinding[] {
  const { environment, after, upstream } = change;
  if (after === null || head.kind !== 'valid' || isRollback(change)) return [];
  const { version, artifact } = head.manifest;
  if (after.version === version && after.digest === artifact.digest) return [];
  if (upstream.some(({ release, state }) => isThat(release, after) && state.kind === 'succeeded')) return [];
  const found = `found \`${after.version}\` of ${short(after.digest)}; type \`/release -m ${model}\` to release it as a version of its own`;
  return [
    problem(
      'gates',
      environment,
      `expected the manifest's own \`${version}\`, or a version that served before, ${found}`,
    ),
  ];
}

function rejectedFindings(
  list: Parameters<typeof rejectionOf>[0],
  { environment, after }: EnvironmentChange,
): readonly ReleaseFinding[] {
  const rejection = after === null ? null : rejectionOf(list, { digest: after.digest, environment });
  if (rejection === null) return [];
  const when = rejection.at.slice(0, 10);
  const found = `found \`${rejection.version}\`, rejected on ${when}: ${rejection.reason}`;
  const fix = 'release other bytes, or first merge a pull request that takes this entry out of `rejected`';
  return [problem('rejected', environment, `expected bytes that were never rejected here, ${found}; ${fix}`)];
}

function orderFindings(change: EnvironmentChange): readonly ReleaseFinding[] {
  const { environment, policy, after, upstream } = change;
  if (policy?.after === undefined || after === null || isRollback(change)) return [];
  const serving = upstream.find(({ release }) => release.digest === after.digest);
  if (serving?.state.kind === 'succeeded') return [];
  const first = `expected \`${after.version}\` to serve in \`${policy.after}\` before \`${environment}\``;
  if (serving === undefined) {
    return [
      problem('order', environment, `${first}, found that it never did; release it to \`${policy.after}\` first`),
    ];
  }
  const isOver = serving.state.kind === 'rolled-back' || serving.state.kind === 'failed';
  const found = `found that its rollout there is ${serving.state.kind.replace('-', ' ')}`;
  return isOver
    ? [problem('order', environment, `${first}, ${found}; release a version that stays there`)]
    : [{ ...problem('order', environment, `${first}, ${found}; wait for its end`), kind: 'wait' }];
}

/** Going back needs nobody's leave: it must be possible when everything else is stopped. */
function holdFindings(
  { model }: ReleaseSubject,
  change: EnvironmentChange,
  { holds, number, approvedBy, now }: ReleaseSetting,
): readonly ReleaseFinding[] {
  const { environment, policy } = change;
  if (policy === null || isRollback(change)) return [];
  const findings: ReleaseFinding[] = [];
  const needed = policy.approvals;
  const approvers = approvedBy?.[environment] ?? [];
  if (approvedBy !== null && approvers.length < needed) {
    const by = approvers.length === 0 ? 'nobody who may' : approvers.map((login) => `\`${login}\``).join(', ');
    findings.push({
      ...problem(
        'approval',
        environment,
        `expected ${needed} to approve a release to \`${environment}\`, found ${by}; let somebody who may \`/promote\` there approve this pull request`,
      ),
      kind: 'wait',
    });
  }
  const freeze = frozen(environment, holds.freezes, now);
  if (freeze !== null) {
    const found = `found it frozen by \`${freeze.by}\` until ${freeze.until}: ${freeze.reason}`;
    findings.push({
      ...problem(
        'freeze',
        environment,
        `expected \`${environment}\` to be open for releases, ${found}; wait, or type \`/unfreeze ${freeze.target}\``,
      ),
      kind: 'wait',
    });
  }
  const lock = holds.locks.find((one) => one.model === model && one.environment === environment);
  const holder = lock?.state.holder ?? null;
  if (holder !== null && Date.parse(now) < Date.parse(holder.expiresAt) && holder.owner.number !== number) {
    const found = `found that #${holder.owner.number} (\`${holder.owner.login}\`) holds it until ${holder.expiresAt}`;
    findings.push({
      ...problem(
        'lock',
        environment,
        `expected \`${environment}\` to be free for \`${model}\`, ${found}; wait, or ask its holder for \`/unlock ${environment} -m ${model}\``,
      ),
      kind: 'wait',
    });
  }
  return findings;
}

/** A finding that somebody has to do something about. */
export function problem(rule: ReleaseRule, environment: string | null, sentence: string): ReleaseFinding {
  return { kind: 'problem', rule, environment, sentence, at: null };
}

// The keys of the table are the rules.
const order = Object.keys(releaseRules) as readonly ReleaseRule[];

function inOrder(findings: readonly ReleaseFinding[]): readonly ReleaseFinding[] {
  return [...findings].sort((a, b) => order.indexOf(a.rule) - order.indexOf(b.rule));
}

function short(digest: string | null): string {
  return digest === null ? 'no digest' : `\`${digest.slice(0, 19)}…\``;
}

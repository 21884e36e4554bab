import type { Answered } from '../../facts/answered.ts';
import type { RequiredCheck } from '../../ports.ts';
import { type Finding, ok, problem, unverified } from './finding.ts';

/** Whether the branch is merged into only when our checks, written by us, say so. */
export function protectionFindings(options: {
  readonly branch: string;
  /** The names of our checks of models. */
  readonly names: readonly string[];
  readonly required: Answered<readonly RequiredCheck[]>;
  /** Us; unknown when GitHub did not tell. */
  readonly app: Answered<{ readonly id: number; readonly slug: string }>;
}): readonly Finding[] {
  const { branch, names, required, app } = options;
  const what = 'required checks';
  if (required.kind === 'unknown') {
    const found = `could not verify what \`${branch}\` requires: ${required.why}`;
    return [unverified(what, found, 'look at Settings → Rules of the repository')];
  }
  const slug = app.kind === 'known' ? `\`${app.value.slug}\`` : 'this App';
  return names.map((name): Finding => {
    const own = required.value.filter((check) => check.name === name);
    const demand = `require \`${name}\` with ${slug} as its source, in Settings → Rules`;
    if (own.length === 0) {
      return problem(what, `\`${branch}\` does not require \`${name}\`: a missed gate stops no merge`, demand);
    }
    if (own.some(({ appId }) => app.kind === 'known' && appId === app.value.id)) {
      return ok(what, `\`${branch}\` requires \`${name}\` from ${slug}`);
    }
    if (own.every(({ appId }) => appId === null)) {
      const found = `\`${branch}\` takes \`${name}\` from anybody: who may write statuses can forge it`;
      return problem(what, found, demand);
    }
    if (app.kind === 'unknown') {
      return unverified(what, `could not verify from which App \`${branch}\` takes \`${name}\`: ${app.why}`, demand);
    }
    return problem(what, `\`${branch}\` takes \`${name}\` from another App`, demand);
  });
}

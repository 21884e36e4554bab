import { classify } from '../../src/change/classify.ts';
import { linesBeyond } from '../../src/hygiene/added-lines.ts';
import type { ChangedFile, ChangeFacts } from '../../src/hygiene/change-facts.ts';
import { judgeChange } from '../../src/hygiene/judge-change.ts';
import type { RuleName } from '../../src/hygiene/rule.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Policy } from '../../src/policy/policy.ts';

/** A policy with one model that trains and has all that rules ask for. */
export const policy: Policy = policyOf(`version: 1
models:
  late:
    task: binary
    target: late
    data: { train: data/train.csv, holdout: data/holdout.csv, schema: data/schema.yml }
    model: models/late/late.onnx
    train: { command: python train.py, output: out/late.onnx }
    metrics: { roc-auc: { not-worse-by: 0.005 } }
`);

export function policyOf(text: string): Policy {
  const parsed = parsePolicy({ text });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.policy;
}

/** A new text file, unless told otherwise. */
export function file(path: string, text: string | null = '', changes: Partial<ChangedFile> = {}): ChangedFile {
  return {
    path,
    status: 'added',
    bytes: text === null ? null : Buffer.byteLength(text),
    content: text === null ? 'unknown' : 'text',
    added: text === null ? null : linesBeyond('', text),
    text,
    ...changes,
  };
}

/** A pull request that changes these files in a repository that holds these and others. */
export function facts(
  files: readonly ChangedFile[],
  changes: Partial<ChangeFacts> & { readonly others?: readonly string[] } = {},
): ChangeFacts {
  const { others = [], ...rest } = changes;
  const used = rest.policy === undefined ? policy : rest.policy;
  const entry = (of: ChangedFile, version: string) => ({ path: of.path, sha: `${version} ${of.path}`, bytes: 1 });
  return {
    files,
    paths: new Set([...others, ...files.filter(({ status }) => status !== 'deleted').map(({ path }) => path)]),
    policy: used,
    change:
      used === null
        ? null
        : classify({
            before: files.filter(({ status }) => status !== 'added').map((of) => entry(of, 'old')),
            after: files.filter(({ status }) => status !== 'deleted').map((of) => entry(of, 'new')),
            policy: used,
            texts: new Map(),
          }),
    proposed: null,
    ...rest,
  };
}

/** Where one rule does not hold, as `path:line found`. */
export function found(rule: RuleName, of: ChangeFacts): readonly string[] {
  return judgeChange(of)
    .filter((one) => one.rule === rule)
    .flatMap(({ places }) =>
      places.map(({ path, line, found }) => `${line === null ? path : `${path}:${line}`} ${found}`),
    );
}

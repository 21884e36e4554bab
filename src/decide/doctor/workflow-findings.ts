import { parse } from 'yaml';
import { dataStorages, workflowFor } from '../../onboard/workflow-template.ts';
import { type Entries, entriesOf } from '../../policy/entries.ts';
import { type Finding, ok, problem, unverified } from './finding.ts';

/** The workflow file of the default branch, beside the one that this version ships. */
export interface WorkflowFile {
  readonly path: string;
  /** Null when there is none. */
  readonly text: string | null;
  readonly template: string;
}

/** Whether the workflow is there, can be dispatched as this version does it, and cannot be made to forge a result. */
export function workflowFindings({ path, text, template }: WorkflowFile): readonly Finding[] {
  if (text === null) {
    return [problem('workflow', `no \`${path}\``, 'run `siskin init`, which writes it and keeps what is there')];
  }
  if (dataStorages.some((storage) => text === workflowFor(template, storage))) {
    return [ok('workflow', `\`${path}\`, as this version ships it`)];
  }
  const workflow = parsed(text);
  const anew = 'delete it and run `siskin init`';
  if (workflow === null) return [problem('workflow', `\`${path}\` is no YAML mapping`, anew)];
  const jobs = entriesOf(workflow['jobs']);
  const missing = ['train', 'evaluate'].filter((name) => !Object.hasOwn(jobs, name));
  const findings = [
    isDispatchable(workflow)
      ? null
      : problem('workflow', `\`${path}\` cannot be dispatched with the input \`plan\``, anew),
    missing.length === 0
      ? null
      : problem('workflow', `\`${path}\` has no job ${missing.map((name) => `\`${name}\``).join(' and ')}`, anew),
    /inputs\.plan\s*\)\.claim/.test(String(workflow['run-name']))
      ? null
      : problem('workflow', `the \`run-name\` of \`${path}\` does not hold the claim`, anew),
    forgery(workflow, jobs),
    version(text, template),
  ].filter((finding) => finding !== null);
  return findings.length > 0 ? findings : [ok('workflow', `\`${path}\`, edited`)];
}

/** A job that may ask for a token of the evaluation can prove a result that nothing measured. */
function forgery(workflow: Entries, jobs: Entries): Finding | null {
  const may = Object.entries(jobs).filter(
    ([name, job]) => name !== 'evaluate' && grantsToken(entriesOf(job)['permissions'] ?? workflow['permissions']),
  );
  if (may.length > 0) {
    const names = may.map(([name]) => `\`${name}\``).join(', ');
    const found = `the permission \`id-token: write\` is given to ${names}, which could prove a result that nothing measured`;
    return problem('workflow', found, 'give it to the job `evaluate` alone');
  }
  const evaluate = entriesOf(jobs['evaluate']);
  if (!Object.hasOwn(jobs, 'evaluate') || grantsToken(evaluate['permissions'] ?? workflow['permissions'])) return null;
  const found = 'the job `evaluate` lacks `id-token: write`, so no result of it counts';
  return problem('workflow', found, 'give it that permission');
}

function grantsToken(permissions: unknown): boolean {
  return permissions === 'write-all' || entriesOf(permissions)['id-token'] === 'write';
}

/** Our actions must be those that understand this version's plans. */
function version(text: string, template: string): Finding | null {
  const [wanted] = usedRefs(template);
  const used = [...new Set(usedRefs(text))];
  if (wanted === undefined || used.every((ref) => ref === wanted)) return null;
  const other = used.filter((ref) => ref !== wanted);
  const found = `it uses our actions at ${other.map((ref) => `\`${ref.slice(0, 40)}\``).join(', ')}, this version ships \`${wanted}\``;
  if (other.every((ref) => /^[0-9a-f]{40}$/.test(ref))) {
    return unverified('workflow', `${found}`, `make sure that the commit is one of \`${wanted}\``);
  }
  return problem('workflow', found, `write \`@${wanted}\``);
}

function usedRefs(text: string): readonly string[] {
  return [...text.matchAll(/uses:\s*["']?[\w.-]+\/siskin\/actions\/(?:train|evaluate)@([^\s"'#]+)/g)].map(
    ([, ref = '']) => ref,
  );
}

function isDispatchable(workflow: Entries): boolean {
  const dispatch = entriesOf(entriesOf(workflow['on'])['workflow_dispatch']);
  return Object.hasOwn(entriesOf(dispatch['inputs']), 'plan');
}

function parsed(text: string): Entries | null {
  try {
    const value: unknown = parse(text, { maxAliasCount: 20, logLevel: 'error' });
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

import type { DoctorFacts } from '../../facts/doctor-facts.ts';
import { checkName } from '../check-name.ts';
import { deliveryFinding } from './delivery-finding.ts';
import { environmentFindings } from './environment-findings.ts';
import { type Finding, ok, problem, unverified } from './finding.ts';
import { installationFindings } from './installation-findings.ts';
import { policyFinding } from './policy-finding.ts';
import { protectionFindings } from './protection-findings.ts';
import { runnerFindings } from './runner-findings.ts';
import { workflowFindings } from './workflow-findings.ts';

/** All that may keep Siskin from working in a repository, looked at from the side of the App. */
export function examine(facts: DoctorFacts): readonly Finding[] {
  const { parsed, branch, workflow, environments, installation, required, deliveries, jobs, now } = facts;
  const policy = parsed?.kind === 'valid' ? parsed.policy : null;
  const names = policy === null ? [] : Object.keys(policy.models).map(checkName);
  const app = installation.kind === 'known' ? { kind: 'known' as const, value: installation.value.app } : installation;
  return [
    policyFinding(parsed),
    ...(workflow === null ? [] : [...workflowFindings(workflow.file), ...stateFinding(workflow)]),
    ...(environments === null ? [] : environmentFindings(environments)),
    ...installationFindings(installation),
    ...protectionFindings({ branch: branch.name, names, required, app }),
    deliveryFinding(deliveries, now),
    ...(policy === null ? [] : runnerFindings(policy, jobs)),
  ];
}

function stateFinding({ file, state }: NonNullable<DoctorFacts['workflow']>): readonly Finding[] {
  if (file.text === null) return [];
  const what = 'workflow';
  if (state.kind === 'unknown') {
    return [unverified(what, `could not verify whether it is enabled: ${state.why}`, 'look at the Actions tab')];
  }
  if (state.value === 'active') return [ok(what, 'it is enabled')];
  if (state.value === null) {
    return [problem(what, 'GitHub does not list it', 'make sure that Actions are enabled for the repository')];
  }
  return [problem(what, `it is ${state.value.replaceAll('_', ' ')}`, 'enable it on the Actions tab')];
}

import { workflowPath } from '../change/roles.ts';
import type { GuardedEnvironments } from '../decide/doctor/environment-findings.ts';
import type { WorkflowFile } from '../decide/doctor/workflow-findings.ts';
import type { Intent, Repository } from '../intent.ts';
import { readWorkflowTemplate } from '../onboard/workflow-template.ts';
import { type ParsedPolicy, parsePolicy } from '../policy/parse.ts';
import { type Policy, policyPath } from '../policy/policy.ts';
import type { DeliveryAttempt, GithubReader, Installation, RequiredCheck, StoreReader, WorkflowJob } from '../ports.ts';
import { gateWorkflow } from '../rollout/rollout-effect.ts';
import { type Answered, answered } from './answered.ts';

/** What the set-up of a repository looks like from the side of the App. What GitHub does not tell is a doubt. */
export interface DoctorFacts {
  /** The default branch, and its policy; null when it has none. */
  readonly branch: { readonly name: string; readonly sha: string };
  readonly parsed: ParsedPolicy | null;
  /** The workflow that the policy names; null without a policy. */
  readonly workflow: { readonly file: WorkflowFile; readonly state: Answered<string | null> } | null;
  /** What guards the policy's environments; null without a policy that has any. */
  readonly environments: GuardedEnvironments | null;
  readonly installation: Answered<Installation>;
  readonly required: Answered<readonly RequiredCheck[]>;
  readonly deliveries: Answered<readonly DeliveryAttempt[]>;
  /** The jobs of our newest runs. */
  readonly jobs: Answered<readonly WorkflowJob[]>;
  /** ISO 8601. */
  readonly now: string;
}

const runsLookedAt = 3;

/** Reads all that `/doctor` looks at: about a dozen reads of GitHub. */
export async function gatherDoctor(
  { repository, number }: Pick<Extract<Intent, { readonly kind: 'obey' }>, 'repository' | 'number'>,
  now: string,
  ports: { readonly github: GithubReader; readonly store: StoreReader },
): Promise<DoctorFacts> {
  const { github } = ports;
  const branch = await github.readDefaultBranch(repository);
  const [text, installation, required, deliveries, jobs] = await Promise.all([
    github.readFile(repository, policyPath, branch.sha),
    answered(() => github.readInstallation(repository), whys),
    answered(() => github.listRequiredChecks(repository, branch.name), whys),
    answered(() => github.listDeliveries(repository), whys),
    answered(() => recentJobs({ repository, number }, ports), whys),
  ]);
  const parsed = text === null ? null : parsePolicy({ text, file: policyPath });
  const workflow =
    parsed?.kind === 'valid' ? await readWorkflow(repository, { policy: parsed.policy, branch }, github) : null;
  const environments =
    parsed?.kind === 'valid' ? await readEnvironments(repository, { policy: parsed.policy, branch }, github) : null;
  return { branch, parsed, workflow, environments, installation, required, deliveries, jobs, now };
}

const whys = { refused: 'the App may not read it', missing: 'GitHub does not have it' };

async function readWorkflow(
  repository: Repository,
  { policy, branch }: { readonly policy: Policy; readonly branch: DoctorFacts['branch'] },
  github: GithubReader,
): Promise<DoctorFacts['workflow']> {
  const path = workflowPath(policy);
  const [text, state] = await Promise.all([
    github.readFile(repository, path, branch.sha),
    answered(() => github.readWorkflowState(repository, policy.workflow), whys),
  ]);
  return { file: { path, text, template: readWorkflowTemplate() }, state };
}

async function readEnvironments(
  repository: Repository,
  { policy, branch }: { readonly policy: Policy; readonly branch: DoctorFacts['branch'] },
  github: GithubReader,
): Promise<GuardedEnvironments | null> {
  const names = Object.keys(policy.environments);
  if (names.length === 0) return null;
  const [guarded, text] = await Promise.all([
    answered(async () => {
      const guards = await Promise.all(names.map((name) => github.isGuarded(repository, name)));
      return names.filter((_, at) => guards[at] === true);
    }, whys),
    github.readFile(repository, `.github/workflows/${gateWorkflow}`, branch.sha),
  ]);
  return { guarded, text };
}

/** Of this pull request and of the default branch, the newest first. */
async function recentJobs(
  { repository, number }: { readonly repository: Repository; readonly number: number },
  { github, store }: { readonly github: GithubReader; readonly store: StoreReader },
): Promise<readonly WorkflowJob[]> {
  const listed = await Promise.all([number, null].map((one) => store.listRuns(repository.id, one)));
  const ids = listed
    .flat()
    .sort((a, b) => Date.parse(b.plannedAt) - Date.parse(a.plannedAt))
    .flatMap(({ runId }) => runId ?? [])
    .slice(0, runsLookedAt);
  return (await Promise.all(ids.map((id) => github.listJobs(repository, id)))).flat();
}

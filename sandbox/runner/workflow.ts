import { parse } from 'yaml';
import { isArray, isRecord, type Json, type JsonRecord } from './expression.ts';
import { type PermissionLevels, parsePermissions } from './permissions.ts';
import { recordAt, WorkflowProblem } from './workflow-problem.ts';

/** A step as it is written; what may hold expressions is still text. */
export interface Step {
  readonly id: string | null;
  readonly name: string | null;
  readonly if: string | null;
  readonly uses: string | null;
  readonly run: string | null;
  readonly shell: string | null;
  readonly workingDirectory: string | null;
  readonly with: JsonRecord;
  readonly env: Json;
  readonly continueOnError: Json;
  readonly timeoutMinutes: Json;
}

/** `defaults.run` of a workflow or job. */
export interface RunDefaults {
  readonly shell: string | null;
  readonly workingDirectory: string | null;
}

export interface Job {
  readonly key: string;
  readonly name: string | null;
  readonly needs: readonly string[];
  readonly if: string | null;
  readonly runsOn: Json;
  readonly permissions: PermissionLevels | null;
  readonly environment: Json;
  readonly concurrency: Json;
  readonly outputs: JsonRecord;
  readonly env: Json;
  readonly defaults: RunDefaults;
  readonly strategy: Json;
  readonly continueOnError: Json;
  readonly timeoutMinutes: Json;
  readonly steps: readonly Step[];
}

/** An input of `workflow_dispatch`. */
export interface WorkflowInput {
  readonly type: string;
  readonly default: Json;
}

export interface Workflow {
  readonly name: string | null;
  readonly runName: string | null;
  readonly permissions: PermissionLevels | null;
  readonly concurrency: Json;
  readonly env: Json;
  readonly defaults: RunDefaults;
  readonly inputs: Readonly<Record<string, WorkflowInput>>;
  readonly jobs: readonly Job[];
}

/** Reads a workflow file; throws WorkflowProblem with the first thing that is wrong with it. */
export function parseWorkflow(text: string): Workflow {
  const root = recordAt(parseYaml(text), 'the workflow file');
  const jobs = Object.entries(recordAt(root['jobs'] ?? null, '`jobs`')).map(([key, job]) => parseJob(key, job));
  if (jobs.length === 0) {
    throw new WorkflowProblem('expected at least one job in `jobs`, found none');
  }
  for (const job of jobs) {
    const unknown = job.needs.find((need) => !jobs.some((other) => other.key === need));
    if (unknown !== undefined) {
      throw new WorkflowProblem(`job \`${job.key}\` needs \`${unknown}\`, which is no job of this workflow`);
    }
  }
  refuseCycles(jobs);
  return {
    name: optionalText(root['name']),
    runName: optionalText(root['run-name']),
    permissions: parsePermissions(root['permissions']),
    concurrency: root['concurrency'] ?? null,
    env: root['env'] ?? {},
    defaults: parseDefaults(root['defaults']),
    inputs: parseInputs(root['on']),
    jobs,
  };
}

/** Steps of a job or of a composite action. */
export function parseSteps(value: Json | undefined, where: string): readonly Step[] {
  if (!isArray(value ?? null)) {
    throw new WorkflowProblem(`expected \`steps\` of ${where} to be a list, found ${JSON.stringify(value ?? null)}`);
  }
  const ids = new Set<string>();
  // isArray was asked just above; the compiler cannot carry it through `??`.
  return (value as readonly Json[]).map((item, index) => {
    const place = `step ${index + 1} of ${where}`;
    const step = parseStep(recordAt(item, place), place);
    if (step.id !== null && ids.has(step.id)) {
      throw new WorkflowProblem(
        `expected each step of ${where} to have an \`id\` of its own, found \`${step.id}\` twice`,
      );
    }
    ids.add(step.id ?? '');
    return step;
  });
}

/** YAML as GitHub reads it: `on` is a key, not a boolean, and the last of equal keys is an error. */
export function parseYaml(text: string): Json {
  try {
    return parse(text, { version: '1.2', merge: false, maxAliasCount: 1000 }) as Json;
  } catch (error) {
    throw new WorkflowProblem(`not valid YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parseJob(key: string, value: Json): Job {
  if (!/^[A-Za-z_][\w-]*$/.test(key)) {
    throw new WorkflowProblem(`expected a job id of letters, digits, \`-\` and \`_\`, found \`${key}\``);
  }
  const where = `job \`${key}\``;
  const job = recordAt(value, where);
  if (job['uses'] !== undefined) {
    throw new WorkflowProblem(
      `${where} calls a reusable workflow, which this runner does not run; write its steps out`,
    );
  }
  for (const unsupported of ['container', 'services']) {
    if (job[unsupported] !== undefined) {
      throw new WorkflowProblem(
        `${where} has \`${unsupported}\`, which this runner does not run; it has no containers`,
      );
    }
  }
  if (job['runs-on'] === undefined) {
    throw new WorkflowProblem(`${where} has no \`runs-on\``);
  }
  return {
    key,
    name: optionalText(job['name']),
    needs: textList(job['needs'], `\`needs\` of ${where}`),
    if: optionalText(job['if']),
    runsOn: job['runs-on'],
    permissions: parsePermissions(job['permissions']),
    environment: job['environment'] ?? null,
    concurrency: job['concurrency'] ?? null,
    outputs: recordAt(job['outputs'] ?? {}, `\`outputs\` of ${where}`),
    env: job['env'] ?? {},
    defaults: parseDefaults(job['defaults']),
    strategy: job['strategy'] ?? null,
    continueOnError: job['continue-on-error'] ?? false,
    timeoutMinutes: job['timeout-minutes'] ?? 360,
    steps: parseSteps(job['steps'], where),
  };
}

function parseStep(step: JsonRecord, where: string): Step {
  const uses = optionalText(step['uses']);
  const run = optionalText(step['run']);
  if ((uses === null) === (run === null)) {
    throw new WorkflowProblem(
      `expected ${where} to have either \`uses\` or \`run\`, found ${uses === null ? 'neither' : 'both'}`,
    );
  }
  return {
    id: optionalText(step['id']),
    name: optionalText(step['name']),
    if: optionalText(step['if']),
    uses,
    run,
    shell: optionalText(step['shell']),
    workingDirectory: optionalText(step['working-directory']),
    with: recordAt(step['with'] ?? {}, `\`with\` of ${where}`),
    env: step['env'] ?? {},
    continueOnError: step['continue-on-error'] ?? false,
    timeoutMinutes: step['timeout-minutes'] ?? null,
  };
}

function parseDefaults(value: Json | undefined): RunDefaults {
  const defaults = isRecord(value) && isRecord(value['run']) ? value['run'] : {};
  return { shell: optionalText(defaults['shell']), workingDirectory: optionalText(defaults['working-directory']) };
}

function parseInputs(on: Json | undefined): Readonly<Record<string, WorkflowInput>> {
  const dispatch = isRecord(on) ? on['workflow_dispatch'] : null;
  const inputs = isRecord(dispatch) && isRecord(dispatch['inputs']) ? dispatch['inputs'] : {};
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => {
      const declared = isRecord(input) ? input : {};
      return [name, { type: optionalText(declared['type']) ?? 'string', default: declared['default'] ?? null }];
    }),
  );
}

function refuseCycles(jobs: readonly Job[]): void {
  const done = new Set<string>();
  for (;;) {
    const ready = jobs.filter((job) => !done.has(job.key) && job.needs.every((need) => done.has(need)));
    if (ready.length === 0) {
      break;
    }
    for (const job of ready) {
      done.add(job.key);
    }
  }
  const stuck = jobs.filter((job) => !done.has(job.key)).map((job) => job.key);
  if (stuck.length > 0) {
    throw new WorkflowProblem(`the jobs ${stuck.join(', ')} need each other in a circle`);
  }
}

function textList(value: Json | undefined, where: string): readonly string[] {
  const list = value === undefined || value === null ? [] : isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item !== 'string') {
      throw new WorkflowProblem(`expected ${where} to hold names, found ${JSON.stringify(item)}`);
    }
    return item;
  });
}

function optionalText(value: Json | undefined): string | null {
  return value === undefined || value === null ? null : String(value);
}

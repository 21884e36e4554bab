import { resolve } from 'node:path';
import { type ActionManifest, readActionManifest } from './action-manifest.ts';
import type { ActionFolder } from './action-store.ts';
import { interpolate, type JsonRecord } from './expression.ts';
import { type Frame, type JobSession, scopeOf } from './job-session.ts';
import { planStep } from './plan-step.ts';
import { type RunningStep, runStep, StepFailure, type StepPlan } from './run-step.ts';
import { spawnInStep } from './spawn-in-step.ts';
import type { Step } from './workflow.ts';

/** An action that was found, with its manifest. */
export interface LoadedAction {
  readonly place: ActionFolder;
  readonly manifest: ActionManifest;
}

/** Finds the action that `uses` names: below the workspace for `./path`, else through the job's store. */
export async function loadAction(session: JobSession, uses: string): Promise<LoadedAction> {
  if (uses.startsWith('docker://')) {
    throw new Error(`'${uses}' runs in Docker, which this runner has not; use a JavaScript or composite action`);
  }
  const place = uses.startsWith('./')
    ? { folder: resolve(session.folders.workspace, uses), repository: '', ref: '' }
    : await session.store.fetch(uses);
  return { place, manifest: await readActionManifest(place.folder, uses) };
}

/** Runs an action's main part. Throws StepFailure when it fails. */
export async function runAction(
  step: RunningStep,
  options: { readonly definition: Step; readonly action: LoadedAction; readonly state: Record<string, string> },
): Promise<void> {
  const { definition, action, state } = options;
  const { session, frame } = step;
  const inputs = inputsOf(step, definition, action);
  logUse(step, definition.uses ?? '', inputs);
  const { runs } = action.manifest;
  if (runs.kind === 'composite') {
    return runComposite(step, { action, inputs, runs });
  }
  if (runs.post !== null) {
    const { post, postIf } = runs;
    const plan: StepPlan = {
      ...step.plan,
      name: `Post ${step.plan.name}`,
      if: postIf ?? 'always()',
      continueOnError: false,
      run: (posting) => runPart(posting, { action, inputs, state, part: post }),
    };
    session.posts.push({ plan, frame });
  }
  await runPart(step, { action, inputs, state, part: runs.main });
}

/** The step that runs an action's `pre` before all others, or null when it has none. */
export function preStep(
  definition: Step,
  plan: StepPlan,
  action: LoadedAction,
  state: Record<string, string>,
): StepPlan | null {
  const { runs } = action.manifest;
  if (runs.kind !== 'javascript' || runs.pre === null) {
    return null;
  }
  const { pre, preIf } = runs;
  return {
    ...plan,
    name: `Pre ${plan.name}`,
    if: preIf ?? 'always()',
    run: (step) => runPart(step, { action, inputs: inputsOf(step, definition, action), state, part: pre }),
  };
}

function runPart(
  step: RunningStep,
  options: {
    readonly action: LoadedAction;
    readonly inputs: Readonly<Record<string, string>>;
    readonly state: Record<string, string>;
    readonly part: string;
  },
): Promise<void> {
  const { action, inputs, state, part } = options;
  const { grant, folders } = step.session;
  return spawnInStep(step, {
    file: process.execPath,
    args: [resolve(action.place.folder, part)],
    cwd: folders.workspace,
    env: {
      ...prefixed('STATE_', state),
      ...prefixed(
        'INPUT_',
        Object.fromEntries(Object.entries(inputs).map(([name, value]) => [inputVariable(name), value])),
      ),
      GITHUB_ACTION_REPOSITORY: action.place.repository,
      GITHUB_ACTION_REF: action.place.ref,
      ACTIONS_RUNTIME_TOKEN: grant.runtimeToken,
      ACTIONS_RUNTIME_URL: grant.resultsUrl,
      ACTIONS_RESULTS_URL: grant.resultsUrl,
      ACTIONS_CACHE_URL: grant.resultsUrl,
      ACTIONS_CACHE_SERVICE_V2: 'True',
    },
    state,
  });
}

async function runComposite(
  step: RunningStep,
  options: {
    readonly action: LoadedAction;
    readonly inputs: Readonly<Record<string, string>>;
    readonly runs: Extract<ActionManifest['runs'], { kind: 'composite' }>;
  },
): Promise<void> {
  const { action, inputs, runs } = options;
  const { session, frame } = step;
  const { matrix, strategy } = session.order.contexts;
  const inner: Frame = {
    steps: {},
    contexts: { inputs, matrix: matrix ?? null, strategy: strategy ?? null },
    env: { ...frame.env, ...step.env },
    defaults: { shell: null, workingDirectory: null },
    action: action.place,
    stop: step.signal,
    failed: false,
  };
  for (const [index, definition] of runs.steps.entries()) {
    if (definition.run !== null && definition.shell === null) {
      throw new StepFailure(
        `Required property is missing: shell (step ${index + 1} of action '${action.manifest.name}')`,
      );
    }
    await runStep(session, inner, planStep(definition, { index, prefix: `${step.plan.id}.` }));
    if (step.signal.aborted) {
      break;
    }
  }
  Object.assign(step.outputs, compositeOutputs(session, inner, runs.outputs));
  if (inner.failed) {
    throw new StepFailure(`a step of action '${action.manifest.name}' failed`, { isTold: true });
  }
}

function compositeOutputs(
  session: JobSession,
  frame: Frame,
  outputs: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const scope = scopeOf(session, frame);
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, interpolate(value, scope)]));
}

function inputsOf(step: RunningStep, definition: Step, action: LoadedAction): Readonly<Record<string, string>> {
  const { session, frame } = step;
  const declared = action.manifest.inputs;
  const scope = scopeOf(session, frame, step.env);
  const given = Object.fromEntries(
    Object.entries(definition.with).map(([name, value]) => [
      name.toLowerCase(),
      typeof value === 'string' ? interpolate(value, scope) : String(value ?? ''),
    ]),
  );
  const unknown = Object.keys(given).filter((name) => !(name in declared));
  if (unknown.length > 0) {
    const valid = Object.keys(declared).map((name) => `'${name}'`);
    session.log.write(
      `##[warning]Unexpected input(s) ${unknown.map((name) => `'${name}'`).join(', ')}, valid inputs are [${valid.join(', ')}]`,
    );
  }
  const defaults = Object.entries(declared).flatMap(([name, input]) =>
    name in given
      ? []
      : [[name, input.default === null ? '' : interpolate(input.default, defaultScope(scope.contexts, scope))]],
  );
  return { ...Object.fromEntries(defaults), ...given };
}

// The default of an input sees no more than these.
function defaultScope(contexts: JsonRecord, scope: ReturnType<typeof scopeOf>): ReturnType<typeof scopeOf> {
  const visible = ['github', 'strategy', 'matrix', 'job', 'runner', 'env'];
  return {
    ...scope,
    contexts: Object.fromEntries(Object.entries(contexts).filter(([name]) => visible.includes(name))),
  };
}

function logUse(step: RunningStep, uses: string, inputs: Readonly<Record<string, string>>): void {
  const { log } = step.session;
  log.write(`##[group]Run ${uses}`);
  const shown = Object.entries(inputs).filter(([, value]) => value !== '');
  if (shown.length > 0) {
    log.write('with:');
    for (const [name, value] of shown) {
      log.write(`  ${name}: ${value}`);
    }
  }
  log.write('##[endgroup]');
}

function inputVariable(name: string): string {
  return name.replaceAll(' ', '_').toUpperCase();
}

function prefixed(prefix: string, values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}

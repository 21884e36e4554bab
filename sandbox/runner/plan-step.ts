import { type LoadedAction, loadAction, runAction } from './run-action.ts';
import { runScript } from './run-script.ts';
import type { StepPlan } from './run-step.ts';
import type { Step } from './workflow.ts';

/** What a step of a workflow or composite action will do. An action not `loaded` before is found when the step runs. */
export function planStep(
  definition: Step,
  options: {
    readonly index: number;
    readonly prefix?: string;
    readonly loaded?: LoadedAction;
    readonly state?: Record<string, string>;
  },
): StepPlan {
  const { index, prefix = '', loaded, state = {} } = options;
  return {
    id: definition.id ?? `__${prefix}${index + 1}`,
    name: definition.name ?? defaultName(definition),
    if: definition.if,
    env: definition.env,
    continueOnError: definition.continueOnError,
    timeoutMinutes: definition.timeoutMinutes,
    run: async (step) => {
      if (definition.uses === null) {
        await runScript(step, definition);
      } else {
        const action = loaded ?? (await loadAction(step.session, definition.uses));
        await runAction(step, { definition, action, state });
      }
    },
  };
}

function defaultName(definition: Step): string {
  const line = definition.uses ?? definition.run?.trim().split('\n')[0] ?? '';
  return `Run ${line}`;
}

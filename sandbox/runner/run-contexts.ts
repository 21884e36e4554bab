import type { RequestedRun } from '../github/actions-backend.ts';
import { interpolate, type Json, type JsonRecord, textOf } from './expression.ts';
import { runContext } from './github-context.ts';
import { parseWorkflow, type Workflow } from './workflow.ts';

/** The name that the workflow file gives to its run, or null when it gives none or cannot be read. */
export function runNameOf(run: RequestedRun, place: { readonly url: string; readonly apiUrl: string }): string | null {
  try {
    const workflow = parseWorkflow(run.workflowText);
    const name = interpolate(workflow.runName ?? '', { contexts: runContexts(run, workflow, place) }).trim();
    return name === '' ? null : name;
  } catch {
    return null;
  }
}

/** `github`, `inputs` and `vars`: what can be used outside jobs. */
export function runContexts(
  run: RequestedRun,
  workflow: Workflow,
  place: { readonly url: string; readonly apiUrl: string },
): JsonRecord {
  const inputs: Record<string, Json> = {};
  for (const [name, declared] of Object.entries(workflow.inputs)) {
    const text = run.inputs[name] ?? textOf(declared.default);
    inputs[name] = declared.type === 'boolean' ? text === 'true' : declared.type === 'number' ? Number(text) : text;
  }
  return {
    github: runContext(run, { workflowName: workflow.name, url: place.url, apiUrl: place.apiUrl }),
    inputs,
    vars: run.variables,
  };
}

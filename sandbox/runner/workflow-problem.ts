import { isRecord, type Json, type JsonRecord } from './expression.ts';

/** A workflow file that GitHub would not start. */
export class WorkflowProblem extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WorkflowProblem';
  }
}

/** The map that stands at this place of a workflow file; throws WorkflowProblem when it is something else. */
export function recordAt(value: Json, where: string): JsonRecord {
  if (!isRecord(value)) {
    throw new WorkflowProblem(`expected ${where} to be a map, found ${JSON.stringify(value)}`);
  }
  return value;
}

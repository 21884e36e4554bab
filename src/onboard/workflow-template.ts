import { readFileSync } from 'node:fs';

/** The workflow that is installed into a repository, as this version of Siskin ships it. */
export function readWorkflowTemplate(): string {
  return readFileSync(new URL('../../templates/workflows/siskin.yml', import.meta.url), 'utf8');
}

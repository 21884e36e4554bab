import type { CheckContent, Effect, Plan } from '../../src/effect.ts';
import { aRun } from '../run-builder.ts';
import { sha } from './test-store.ts';

const { claim } = aRun();

/** A plan that holds what a test states. */
export function aPlan(plan: Partial<Plan>): Plan {
  return { changes: [], effects: [], ...plan };
}

/** A queued check of one model, changed in what a test states. */
export function aCheck(changes: Partial<CheckContent> = {}): CheckContent {
  return {
    name: 'siskin / late',
    status: 'queued',
    conclusion: null,
    title: 'Queued',
    summary: '',
    text: '',
    detailsUrl: null,
    buttons: [],
    annotations: [],
    ...changes,
  };
}

/** Asks for the run of `aRun()`. */
export const dispatch: Effect = {
  kind: 'dispatch-run',
  workflow: '.github/workflows/siskin.yml',
  ref: 'main',
  plan: {
    schema: 'siskin.plan/v1',
    claim,
    repository: 'acme/flights',
    head: sha('b'),
    base: sha('a'),
    pullRequest: 5,
    train: [],
    evaluate: [
      {
        model: 'late',
        runner: ['ubuntu-latest'],
        timeoutMinutes: 10,
        candidate: { kind: 'file', path: 'm.onnx' },
        champion: { kind: 'none', reason: 'first' },
        artifact: 'siskin-result-late',
      },
    ],
  },
};
/** The comment of pull request 5. */
export const comment = (body: string): Effect => ({ kind: 'publish-comment', number: 5, body });
/** The check of pull request 5. */
export const check = (title: string): Effect => ({
  kind: 'publish-check',
  head: sha('b'),
  number: 5,
  check: aCheck({ title }),
});

import { expect, it } from 'vitest';
import { connectionsFrom, refuseOthers } from '../../actions/rollout/guard.ts';

const environment = {
  GITHUB_EVENT_NAME: 'workflow_dispatch',
  GITHUB_ACTOR: 'siskin[bot]',
  GITHUB_TRIGGERING_ACTOR: 'siskin[bot]',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_REPOSITORY: 'acme/flights',
};
const plan = { repository: 'acme/flights' };

it('works for the App that the workflow names', () => {
  expect(() => refuseOthers({ plan, app: 'siskin[bot]', environment })).not.toThrow();
});

it.each<[string, Partial<typeof environment>, string]>([
  ['a person who starts it', { GITHUB_ACTOR: 'grace' }, 'siskin[bot]'],
  ['another workflow that starts it', { GITHUB_ACTOR: 'github-actions[bot]' }, 'siskin[bot]'],
  ['a person who repeats it', { GITHUB_TRIGGERING_ACTOR: 'grace', GITHUB_RUN_ATTEMPT: '2' }, 'siskin[bot]'],
  ['a second attempt', { GITHUB_RUN_ATTEMPT: '2' }, 'siskin[bot]'],
  ['a push', { GITHUB_EVENT_NAME: 'push' }, 'siskin[bot]'],
  ['a plan of another repository', { GITHUB_REPOSITORY: 'acme/other' }, 'siskin[bot]'],
  ['a workflow that names a person as the App', { GITHUB_ACTOR: 'grace' }, 'grace'],
])('refuses %s', (_, changes, app) => {
  expect(() => refuseOthers({ plan, app, environment: { ...environment, ...changes } })).toThrow(/expected .* found /);
});

it('says what is wrong with the secret without showing any of it', () => {
  expect(() => connectionsFrom('', {})).toThrow('secret SISKIN_CONNECTIONS of the GitHub Environment');
  expect(() => connectionsFrom('connections: {edge: {kind: hunter2}}', {})).toThrow(/connections/);
});

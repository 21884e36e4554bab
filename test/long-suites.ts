/** What takes longest, most of it waiting for real processes: `npm run test:long` plays it, so that `npm test` stays short. */
export const longSuites: readonly string[] = [
  'test/scenarios/{access,artifacts,bad-input,broken-repository,budget,commands,forgery,locks,release,rollout,rollout-alert,rollout-people,rollout-runner,trusted-commit,webhooks}.test.ts',
  'test/actions/{check,train-evaluate}.test.ts',
  'test/app/{backup,rate-limits,stop,unanswered}.test.ts',
  'test/examples/flights.test.ts',
  'test/registry/history.test.ts',
  'test/registry/stores/stores.test.ts',
  'test/github/release-branch.test.ts',
  'test/hygiene/action.test.ts',
  'test/rollout/metrics/postgresql.test.ts',
  'test/sandbox/actions/artifacts.test.ts',
  'test/rollout/engine/*.test.ts',
  'test/store/backup.test.ts',
  'test/decide/{lock-race,rollout/{commands,gates-and-alerts}}.test.ts',
  'test/serve/{serve-contract,server,server-crashes}.test.ts',
  'test/rollout/serving/{argo-rollouts,azure-ml,envoy,istio,kserve,sagemaker,seldon,tf-serving,triton,vertex}.test.ts',
];

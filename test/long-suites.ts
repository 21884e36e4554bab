/** Stories that each take more than ten seconds, most of it waiting for real processes: `npm run test:long` plays them. */
export const longSuites: readonly string[] = [
  'test/scenarios/{artifacts,bad-input,broken-repository,budget,commands,forgery,locks,trusted-commit}.test.ts',
  'test/app/{backup,stop}.test.ts',
  'test/decide/lock-race.test.ts',
];

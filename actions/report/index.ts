import { readFileSync, statSync } from 'node:fs';
import * as core from '@actions/core';
import { AppError } from '../../src/error.ts';
import { Result, resultBytesLimit } from '../../src/result.ts';
import { runAction } from '../door.ts';
import { publishResult } from '../publish.ts';
import { modelOf, readPolicy } from '../read-policy.ts';

await runAction(async () => {
  const result = readResult(core.getInput('result', { required: true }));
  const comment = core.getBooleanInput('comment') ? { token: core.getInput('github-token') } : null;
  const policy = modelOf(readPolicy(core.getInput('policy')), result.model);
  await publishResult({ result, policy, html: core.getInput('html'), comment });
});

function readResult(path: string): Result {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.size > resultBytesLimit) {
    throw new AppError(
      'bad-input',
      `expected a result.json of at most ${resultBytesLimit} bytes at ${path}, found ${stat === undefined ? 'none' : `${stat.size} bytes`}; run the evaluate action first`,
    );
  }
  let value: unknown = null;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `expected JSON at ${path}, found text that is none; run the evaluate action again`,
      { cause },
    );
  }
  const parsed = Result.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new AppError(
    'bad-input',
    `expected a result of schema siskin.result/v1, found ${problems.join('; ')}; use one version of Siskin throughout`,
  );
}

import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import { AppError } from '../../src/error.ts';
import { measureModel } from '../../src/measure.ts';
import { policyPath } from '../../src/policy/policy.ts';
import { runningSoftware } from '../../src/report/software.ts';
import type { Result } from '../../src/result.ts';
import { runAction } from '../door.ts';
import { provideNatives } from '../natives.ts';
import { profileCache } from '../profile-cache.ts';
import { publishResult } from '../publish.ts';
import { modelOf, readPolicy } from '../read-policy.ts';
import { baseCommit, git } from './base-commit.ts';

await runAction(async () => {
  const started = performance.now();
  const headRoot = core.getInput('path');
  const base = baseCommit({
    asked: core.getInput('base'),
    checkout: headRoot,
    eventPath: process.env['GITHUB_EVENT_PATH'],
  });
  const folder = mkdtempSync(join(process.env['RUNNER_TEMP'] ?? tmpdir(), 'siskin-check-'));
  const baseRoot = join(folder, 'base');
  git(headRoot, ['worktree', 'add', '--detach', '--force', baseRoot, base]);
  try {
    const whole = readPolicy(join(baseRoot, policyPath));
    const [only = '', ...others] = Object.keys(whole.models);
    const model = core.getInput('model') || (others.length === 0 ? only : '');
    const policy = modelOf(whole, model);
    const candidate = core.getInput('candidate') || join(headRoot, policy.model ?? policy.train?.output ?? '');
    if (!existsSync(candidate))
      throw new AppError(
        'not-found',
        `expected a candidate at ${candidate}, found nothing; train in a step before this one, or name it as \`candidate\``,
      );
    const committed = policy.model === undefined ? '' : join(baseRoot, policy.model);
    const champion = core.getInput('champion') || (existsSync(committed) ? committed : null);
    await provideNatives();
    const measured = await measureModel({
      policy,
      baseRoot,
      headRoot,
      candidate,
      champion,
      cache: profileCache(),
      onProgress: core.info,
    });
    const result: Result = {
      schema: 'siskin.result/v1',
      claim: randomUUID(),
      repository: process.env['GITHUB_REPOSITORY'] ?? 'local/checkout',
      head: git(headRoot, ['rev-parse', 'HEAD']),
      base,
      model,
      run: { id: Number(process.env['GITHUB_RUN_ID'] ?? 0), attempt: Number(process.env['GITHUB_RUN_ATTEMPT'] ?? 1) },
      finishedAt: new Date().toISOString(),
      seconds: (performance.now() - started) / 1000,
      software: runningSoftware(),
      training: null,
      ...measured,
    };
    writeFileSync(join(folder, 'result.json'), JSON.stringify(result));
    core.setOutput('result', join(folder, 'result.json'));
    await publishResult({
      result,
      policy,
      html: core.getInput('html'),
      comment: core.getBooleanInput('comment') ? { token: core.getInput('github-token') } : null,
    });
  } finally {
    git(headRoot, ['worktree', 'remove', '--force', baseRoot]);
  }
});

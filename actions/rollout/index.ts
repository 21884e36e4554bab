import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as core from '@actions/core';
import { proofFile } from '../../src/proof.ts';
import { doErrands } from '../../src/rollout/errands/do-errands.ts';
import {
  type ErrandResult,
  errandArtifact,
  errandFile,
  parseErrandPlan,
} from '../../src/rollout/errands/errand-plan.ts';
import { uploadArtifact } from '../artifact.ts';
import { runAction } from '../door.ts';
import { proofOf, refuseWithoutTokens } from '../evaluate/prove.ts';
import { connectionsFrom, refuseOthers } from './guard.ts';

await runAction(async () => {
  const plan = parseErrandPlan(core.getInput('plan'));
  refuseOthers({ plan, app: core.getInput('app'), environment: process.env });
  refuseWithoutTokens(process.env);
  const connections = connectionsFrom(core.getInput('connections'), process.env);
  const answers = await doErrands({ connections, plan, now: Date.now });
  const { claim, repository, environment } = plan;
  const run = { id: Number(process.env['GITHUB_RUN_ID']), attempt: Number(process.env['GITHUB_RUN_ATTEMPT']) };
  const result: ErrandResult = {
    schema: 'siskin.errand-results/v1',
    claim,
    repository,
    environment,
    run,
    answers: [...answers],
  };
  const bytes = JSON.stringify(result);
  const folder = join(process.env['RUNNER_TEMP'] ?? '.', `siskin-rollout-${claim}`);
  mkdirSync(folder, { recursive: true });
  const contents = { [errandFile]: bytes, [proofFile]: await proofOf({ claim, run, bytes }) };
  const files = Object.entries(contents).map(([name, content]) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  });
  await uploadArtifact({ name: errandArtifact, folder, files });
  // Traffic and numbers are the App's to tell; what could not be done is said here as well.
  for (const { id, answer } of answers) {
    if (answer.kind === 'refused') core.warning(`${id}: ${answer.message}`);
  }
  core.setOutput('answers', answers.length);
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as core from '@actions/core';
import { judge } from '../../src/decide/judge.ts';
import { proofFile } from '../../src/proof.ts';
import { renderReport } from '../../src/render/report/report.ts';
import { renderSummary } from '../../src/render/summary.ts';
import { uploadArtifact } from '../artifact.ts';
import { runAction } from '../door.ts';
import { provideNatives } from '../natives.ts';
import { jobOf } from '../plan-input.ts';
import { evaluateJob } from './evaluate-job.ts';
import { proofOf, refuseWithoutTokens } from './prove.ts';

await runAction(async () => {
  const { plan, job } = jobOf('evaluate', { plan: core.getInput('plan'), model: core.getInput('model') });
  refuseWithoutTokens(process.env);
  await provideNatives();
  const { policy, result } = await evaluateJob({
    plan,
    job,
    basePath: core.getInput('base-path'),
    headPath: core.getInput('head-path'),
    token: core.getInput('github-token'),
    run: { id: Number(process.env['GITHUB_RUN_ID']), attempt: Number(process.env['GITHUB_RUN_ATTEMPT']) },
    onProgress: core.info,
  });
  const judgement = judge({ model: job.model, policy, result });
  const folder = join(process.env['RUNNER_TEMP'] ?? '.', `siskin-result-${job.model}`);
  mkdirSync(folder, { recursive: true });
  const bytes = JSON.stringify(result);
  const contents = {
    'result.json': bytes,
    [proofFile]: await proofOf({ claim: result.claim, run: result.run, bytes }),
    'report.html': renderReport({ result, judgement, policy }),
  };
  const files = Object.entries(contents).map(([name, content]) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  });
  const reportUrl = await uploadArtifact({ name: job.artifact, folder, files });
  await core.summary.addRaw(renderSummary({ result, judgement, reportUrl })).write();
  // The job did its work; the App shows what failed, and who reads only the log finds it here.
  for (const { part, message } of result.failures) core.warning(`${part}: ${message}`);
  core.setOutput('verdict', judgement.verdict);
  core.setOutput('artifact', job.artifact);
  core.info(judgement.headline);
});

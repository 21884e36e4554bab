import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import { checkpointArtifact } from '../../src/run-plan.ts';
import { lookAtCheckpoint } from '../../src/train/checkpoint.ts';
import { train } from '../../src/train/train.ts';
import { uploadArtifact } from '../artifact.ts';
import { runAction } from '../door.ts';
import { jobOf } from '../plan-input.ts';
import { stageModel } from './stage.ts';

await runAction(async () => {
  const { plan, job } = jobOf('train', { plan: core.getInput('plan'), model: core.getInput('model') });
  const temporary = process.env['RUNNER_TEMP'] ?? tmpdir();
  const checkpointFolder = join(
    process.env['RUNNER_TOOL_CACHE'] ?? temporary,
    'siskin-checkpoints',
    plan.repository,
    job.trainingKey?.replace(':', '-') ?? plan.claim,
  );
  await tellCheckpoint({ model: job.model, checkpointFolder, temporary });
  const report = await train({
    plan,
    job,
    root: core.getInput('path'),
    checkpointFolder,
    environment: process.env,
    now: new Date(),
    onLine: (line) => console.log(line),
  });
  // Made after the training, which can know no path of it.
  const folder = mkdtempSync(join(temporary, 'siskin-model-'));
  writeFileSync(join(folder, 'training.json'), JSON.stringify(report));
  const files = [
    join(folder, 'training.json'),
    ...stageModel({ root: core.getInput('path'), output: job.output, report, folder: join(folder, 'model') }),
  ];
  await uploadArtifact({ name: job.artifact, folder, files });
  rmSync(folder, { recursive: true, force: true });
  core.setOutput('outcome', report.outcome);
  core.setOutput('artifact', job.artifact);
  if (report.outcome !== 'succeeded') {
    core.setFailed(
      `expected \`${job.command}\` to write a model to \`${job.output}\`, found: ${report.outcome} (exit code ${report.exitCode ?? 'none'}, signal ${report.signal ?? 'none'}) after ${report.seconds.toFixed(0)} s; read the log above`,
    );
  }
});

/** A machine that vanishes tells nothing at its end, so what an attempt left is told when the next one begins. */
async function tellCheckpoint({
  model,
  checkpointFolder,
  temporary,
}: {
  readonly model: string;
  readonly checkpointFolder: string;
  readonly temporary: string;
}): Promise<void> {
  const checkpoint = lookAtCheckpoint(checkpointFolder);
  if (checkpoint === null) return;
  console.log(`Found a checkpoint of ${checkpoint.files} files, written at ${checkpoint.writtenAt}`);
  const folder = mkdtempSync(join(temporary, 'siskin-checkpoint-'));
  const file = join(folder, 'checkpoint.json');
  writeFileSync(file, JSON.stringify(checkpoint));
  await uploadArtifact({ name: checkpointArtifact(model, checkpoint.digest), folder, files: [file] });
  rmSync(folder, { recursive: true, force: true });
}

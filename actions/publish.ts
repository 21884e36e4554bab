import { writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import * as core from '@actions/core';
import { judge } from '../src/decide/judge.ts';
import { messageOf } from '../src/error.ts';
import type { ModelPolicy } from '../src/policy/policy.ts';
import { renderReport } from '../src/render/report/report.ts';
import { renderSummary } from '../src/render/summary.ts';
import type { Result } from '../src/result.ts';
import { uploadArtifact } from './artifact.ts';
import { publishComment } from './comment.ts';

/** Judges a result and shows it everywhere it was asked for; the step fails when the verdict is not `pass`. */
export async function publishResult(options: {
  readonly result: Result;
  readonly policy: ModelPolicy;
  readonly html: string;
  readonly comment: { readonly token: string } | null;
}): Promise<void> {
  const { result, policy, html, comment } = options;
  const judgement = judge({ model: result.model, policy, result });
  const reportUrl = html === '' ? null : await uploadReport(html, renderReport({ result, judgement, policy }), result);
  const body = renderSummary({ result, judgement, reportUrl });
  await core.summary.addRaw(body).write();
  for (const { part, message } of result.failures) core.error(`${part}: ${message}`);
  core.setOutput('verdict', judgement.verdict);
  if (judgement.verdict === 'pass') core.info(judgement.headline);
  else core.setFailed(`${judgement.verdict}: ${judgement.headline}`);
  if (comment !== null) await commentIfPermitted({ model: result.model, body, token: comment.token });
}

/** Writes the report and saves it with the run. That it can be read beside the verdict is a courtesy: what fails here is a warning. */
async function uploadReport(html: string, page: string, { model }: Result): Promise<string | null> {
  writeFileSync(html, page);
  try {
    return await uploadArtifact({
      name: `siskin-report-${model}`,
      folder: dirname(resolve(html)),
      files: [resolve(html)],
    });
  } catch (thrown) {
    core.warning(`${messageOf(thrown)}; the report is at ${html} until the job ends`);
    return null;
  }
}

/** The verdict stands in the step and its summary; the comment is a courtesy, and a fork's token may not write one. */
async function commentIfPermitted(comment: Parameters<typeof publishComment>[0]): Promise<void> {
  try {
    await publishComment(comment);
  } catch (thrown) {
    core.warning(
      `expected to comment on the pull request, found: ${messageOf(thrown)}; give the job \`pull-requests: write\` (a fork's token has it never), or write \`comment: false\``,
    );
  }
}

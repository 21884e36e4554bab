import { readFile } from 'node:fs/promises';
import { resultArtifact } from '../../src/run-plan.ts';
import { readZip } from '../../src/zip.ts';
import type { PullIssue } from '../github/shape/pull.ts';
import type { Stage } from './story.ts';

/** The HTML report of one model that a pull request's run left, and who leads there. */
export interface FoundReport {
  readonly model: string;
  /** Null where the run has none. */
  readonly page: string | null;
  readonly isLinkedFromComment: boolean;
  readonly isLinkedFromCheck: boolean;
}

/** The reports of every model that a run judged for this pull request's head. */
export async function reportsOf({ world, repository }: Stage, pull: PullIssue): Promise<readonly FoundReport[]> {
  const own = world.registration.app;
  const artifacts = [...world.github.actions.state.of(repository).artifacts.values()];
  const comments = [...repository.comments.values()].filter(({ issue, app }) => issue === pull && app === own);
  const found: FoundReport[] = [];
  for (const { name, suite, output, detailsUrl, conclusion } of repository.checkRuns.values()) {
    const model = /^siskin: (.+)$/.exec(name)?.[1];
    const runId = Number(/\/actions\/runs\/(\d+)$/.exec(detailsUrl ?? '')?.[1]);
    if (suite.app !== own || suite.headSha !== pull.pull.head.sha || model === undefined) continue;
    if (conclusion === null || !Number.isInteger(runId)) continue;
    const artifact = artifacts.findLast(({ run, name }) => run.id === runId && name === resultArtifact(model));
    const link = `${detailsUrl}#artifacts`;
    found.push({
      model,
      page: artifact === undefined ? null : await pageIn(artifact.file),
      isLinkedFromComment: comments.some(({ body }) => body.includes(`](${link})`)),
      isLinkedFromCheck: output.summary?.includes(`](${link})`) ?? false,
    });
  }
  return found;
}

/** What is wrong with the reports, one sentence each. */
export function reportSurprises(reports: readonly FoundReport[]): readonly string[] {
  return reports.flatMap(({ model, page, isLinkedFromComment, isLinkedFromCheck }) => [
    ...(page?.startsWith('<!doctype html>') === true ? [] : [`expected an HTML report on ${model}, found none`]),
    ...(isLinkedFromComment ? [] : [`expected the comment to link the report on ${model}, found no such link`]),
    ...(isLinkedFromCheck ? [] : [`expected the check to link the report on ${model}, found no such link`]),
  ]);
}

async function pageIn(file: string): Promise<string | null> {
  const limits = { entries: 20, totalBytes: 50_000_000 };
  const files = await readZip(new Uint8Array(await readFile(file)), { names: ['report.html'], limits });
  const page = files.get('report.html');
  return page === undefined ? null : new TextDecoder().decode(page);
}

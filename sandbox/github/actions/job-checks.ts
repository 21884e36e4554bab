import { githubActions } from '../apps.ts';
import { sendCheckRun, suiteFor } from '../domain/checks.ts';
import { pageUrl } from '../shape/repository.ts';
import type { CheckRun, World } from '../state.ts';
import type { JobAnnotation, WorkflowJob } from './run-state.ts';

/** The check run that GitHub Actions shows for each job, with the job's own id. */
export interface JobChecks {
  queued(job: WorkflowJob): void;
  started(job: WorkflowJob): void;
  completed(job: WorkflowJob): void;
}

/** Keeps the check runs of all jobs up to date. */
export function createJobChecks(world: World): JobChecks {
  const find = (job: WorkflowJob) => job.run.repository.checkRuns.get(job.id);
  const tell = (run: CheckRun, action: 'created' | 'completed') =>
    sendCheckRun(world, run, { action, by: { account: githubActions(world).account, cause: 'github' } });
  return {
    queued: (job) => {
      const { run } = job;
      const app = githubActions(world);
      const check: CheckRun = {
        id: job.id,
        suite: suiteFor(world, run.repository, { app, sha: run.headSha, branch: run.headBranch }),
        name: job.name,
        externalId: job.backendId,
        detailsUrl: `${pageUrl(world, run.repository)}/actions/runs/${run.id}/job/${job.id}`,
        status: 'queued',
        conclusion: null,
        startedAt: job.createdAt,
        completedAt: null,
        output: { title: null, summary: null, text: null },
        annotations: [],
        actions: [],
      };
      run.repository.checkRuns.set(job.id, check);
      tell(check, 'created');
    },
    started: (job) => {
      const check = find(job);
      if (check !== undefined) {
        check.status = 'in_progress';
        check.startedAt = job.startedAt ?? check.startedAt;
      }
    },
    completed: (job) => {
      const check = find(job);
      if (check !== undefined) {
        check.status = 'completed';
        check.conclusion = job.conclusion;
        check.completedAt = job.completedAt;
        check.annotations.push(...job.annotations.map(checkAnnotation));
        tell(check, 'completed');
      }
    },
  };
}

function checkAnnotation(annotation: JobAnnotation): CheckRun['annotations'][number] {
  const line = annotation.line ?? 1;
  return {
    path: annotation.path ?? '.github',
    start_line: line,
    end_line: line,
    start_column: null,
    end_column: null,
    annotation_level: annotation.level,
    message: annotation.message,
    title: annotation.title,
    raw_details: null,
  };
}

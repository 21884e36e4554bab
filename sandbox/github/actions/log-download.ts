import type { Mount } from '../routes.ts';
import type { ActionsState } from './actions-state.ts';
import { latestAttempt, type WorkflowJob } from './run-state.ts';
import type { UrlSigner } from './signed-url.ts';
import { zipOf } from './zip.ts';

/** Where the log routes redirect to: one job's text, or a run's zip. */
export function logMount(state: ActionsState, signer: UrlSigner): Mount {
  return {
    matches: (pathname) => pathname.startsWith('/_logs/'),
    handle: (request, response) => {
      const url = new URL(request.url ?? '/', state.world.url);
      const [, kind, id] = /^\/_logs\/(jobs|runs)\/(\d+)\.(?:txt|zip)$/.exec(url.pathname) ?? [];
      const job = kind === 'jobs' ? state.findJob(Number(id)) : null;
      const run = kind === 'runs' ? state.findRun(Number(id)) : null;
      if (!signer.isSigned(url, 'read') || (job === null && run === null)) {
        response.writeHead(404).end();
      } else if (job !== null) {
        response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(logText(job));
      } else if (run !== null) {
        const files = latestAttempt(run).jobs.map((each, index) => ({
          name: `${index}_${each.name.replaceAll('/', '_')}.txt`,
          bytes: Buffer.from(logText(each)),
        }));
        response.writeHead(200, { 'content-type': 'application/zip' }).end(zipOf(files));
      }
    },
  };
}

/** The whole log of a job so far. */
function logText(job: WorkflowJob): string {
  return job.log.join('');
}

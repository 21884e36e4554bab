import * as core from '@actions/core';
import type { Octokit } from '@octokit/rest';
import { GitHubAPI } from 'danger/distribution/platforms/github/GitHubAPI.js';
import { contextForDanger, type DangerContext } from 'danger/distribution/runner/Dangerfile.js';
import { Executor } from 'danger/distribution/runner/Executor.js';
import { messageOf } from '../../src/error.ts';
import type { GatheredChange } from '../../src/hygiene/gather-change.ts';
import type { Findings } from '../../src/hygiene/judge-change.ts';
import { hygieneLineMessage, hygieneMessage, unreadNotice } from '../../src/render/hygiene.ts';
import { dangerGit, dangerPlatform } from './danger-platform.ts';
import { ownComments } from './own-comments.ts';
import type { PullEvent } from './pull-event.ts';

const dangerId = 'siskin-hygiene';

/**
 * Lets Danger write its one comment and those beside lines, edit them, and take back what no longer holds. False, with a
 * warning, when GitHub does not let it: what was found is then shown elsewhere. Danger's command line is not used: it
 * would look for a dangerfile, a compiler and a configuration in the folder that a job has checked out, a stranger's.
 */
export async function postReview(options: {
  readonly github: Octokit;
  readonly token: string;
  readonly pull: PullEvent;
  readonly change: GatheredChange;
  readonly found: readonly Findings[];
}): Promise<boolean> {
  const { github, token, pull, change, found } = options;
  const { repository, number } = pull;
  const slug = `${repository.owner}/${repository.name}`;
  process.env['DANGER_GITHUB_API_BASE_URL'] = process.env['GITHUB_API_URL'] ?? 'https://api.github.com';
  const api = new GitHubAPI({ repoSlug: slug, pullRequestID: String(number) }, token);
  const own = ownComments(github, pull);
  // Danger would take any comment with its mark for its own, whoever wrote it, and edit or delete it.
  api.getPullRequestComments = own.comments;
  api.getPullRequestInlineComments = own.lineComments;
  const platform = dangerPlatform(api);
  const source = { name: 'Siskin', isCI: true, isPR: true, pullRequestID: String(number), repoSlug: slug };
  const git = dangerGit(pull.head, change.patches);
  const context = contextForDanger({ git } as DangerContext['danger']); // our dangerfile looks at no more of it
  const runner = {
    createDangerfileRuntimeEnvironment: async (environment: DangerContext) => environment,
    runDangerfileEnvironment: async () => {
      dangerfile(context, change, found);
      return {
        ...context.results,
        meta: { runtimeName: 'Siskin on Danger', runtimeHref: 'https://danger.systems/js' },
      };
    },
  };
  const executor = new Executor({ ...source, commitHash: pull.head }, platform, runner, executorOptions, {
    exitCode: 0,
  });
  const refusal = await executor.runDanger('hygiene', context).then(platform.refusal, messageOf);
  if (refusal !== null) {
    core.warning(
      `expected to comment on the pull request, found: ${refusal}; give the job \`pull-requests: write\`, or write \`comment: false\``,
    );
  }
  return refusal === null;
}

const executorOptions = {
  stdoutOnly: false,
  jsonOnly: false,
  verbose: false,
  dangerID: dangerId,
  passURLForDSL: false,
  // The step's own end says it; a status would need one permission more.
  noPublishCheck: true,
  // The comment names every place already.
  ignoreOutOfDiffComments: true,
};

/** What Danger is told: each rule once for the comment, and each place whose line can be commented on. */
function dangerfile(danger: DangerContext, change: GatheredChange, found: readonly Findings[]): void {
  const added = new Map(change.facts.files.map((file) => [file.path, file.added ?? []]));
  for (const findings of found) {
    const say = findings.level === 'fail' ? danger.fail : danger.warn;
    say(hygieneMessage(findings));
    for (const place of findings.places) {
      const { path, line } = place;
      // Of a line that is not in the hunks Danger makes a place that is not there, and GitHub refuses all of them.
      const isInHunks = change.patches.has(path) && added.get(path)?.some(({ number }) => number === line);
      if (line !== null && isInHunks && isPlain(path)) say(hygieneLineMessage(findings, place), path, line);
    }
  }
  if (found.length > 0 && change.unread > 0) danger.markdown(unreadNotice(change.unread));
}

/** Danger writes a file's name into an HTML comment as it is, and finds its comment by it. */
function isPlain(path: string): boolean {
  return /^[\w./ +@=-]{1,300}$/.test(path) && !path.includes('--');
}

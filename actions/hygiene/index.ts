import * as core from '@actions/core';
import { Octokit } from '@octokit/rest';
import { compare, readBlob, readFile, readTree } from '../../src/github/contents.ts';
import { listPullFiles } from '../../src/github/pull-files.ts';
import { gatherChange } from '../../src/hygiene/gather-change.ts';
import { judgeChange } from '../../src/hygiene/judge-change.ts';
import { policyPath } from '../../src/policy/policy.ts';
import { runAction } from '../door.ts';
import { publishFindings } from './publish-findings.ts';
import { readPullEvent } from './pull-event.ts';

await runAction(async () => {
  const pull = readPullEvent(process.env['GITHUB_EVENT_PATH']);
  const { repository } = pull;
  const token = core.getInput('github-token', { required: true });
  const github = new Octokit({ auth: token, baseUrl: process.env['GITHUB_API_URL'] ?? 'https://api.github.com' });
  const change = await gatherChange(
    {
      compare: (base, head) => compare(github, repository, { base, head }),
      readTree: (commit) => readTree(github, repository, commit),
      readFile: (path, ref) => readFile(github, repository, { path, ref }),
      readBlob: (sha, limitBytes) => readBlob(github, repository, sha, limitBytes),
      listFiles: (number) => listPullFiles(github, repository, number),
    },
    pull,
  );
  if (change.policyProblem !== null)
    core.warning(`${policyPath} of ${pull.baseRef} cannot be used, so the usual rules apply: ${change.policyProblem}`);
  const found = judgeChange(change.facts, change.levels);
  await publishFindings({ github, token, pull, change, found, comment: core.getBooleanInput('comment') });
});

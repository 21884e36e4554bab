import { latestAttempt } from '../../../sandbox/github/actions/run-state.ts';
import type { SandboxGithub } from '../../../sandbox/github/github.ts';
import type { App, Reaction, Repository } from '../../../sandbox/github/state.ts';

/**
 * All that an App did to the repositories of a local GitHub, as a value that is the same for two runs of one story:
 * without ids, instants and durations, and with each commit by its place in the story.
 */
export async function effectsOn(github: SandboxGithub, app: App, commits: readonly string[]): Promise<object> {
  const tips: string[] = [];
  for (const { git } of github.world.repositories.values()) {
    for (const { sha } of await git.refs('refs/heads')) if (!commits.includes(sha)) tips.push(sha);
  }
  const plain = plainText([...commits, ...tips]);
  const effects: Record<string, object> = {};
  for (const repository of github.world.repositories.values()) {
    effects[repository.name] = await ofRepository(github, repository, { app, plain });
  }
  return effects;
}

async function ofRepository(
  github: SandboxGithub,
  repository: Repository,
  { app, plain }: { readonly app: App; readonly plain: (text: string | null) => string },
): Promise<object> {
  const refs = await repository.git.refs('refs/heads');
  return {
    branches: refs.map(({ name }) => name),
    issues: [...repository.issues.values()].map((issue) => ({
      number: issue.number,
      by: issue.user.login,
      title: plain(issue.title),
      body: plain(issue.body),
      state: issue.state,
      labels: [...issue.labels.keys()].sort(),
      reactions: reactions(issue.reactions),
      comments: [...repository.comments.values()]
        .filter((comment) => comment.issue === issue)
        .map((comment) => ({
          by: comment.user.login,
          body: plain(comment.body),
          reactions: reactions(comment.reactions),
        }))
        // Two that are written at the same time have no order among them.
        .sort((a, b) => (a.body < b.body ? -1 : 1)),
    })),
    checks: [...repository.checkRuns.values()]
      .filter(({ suite }) => suite.app === app)
      .map((check) => ({
        head: plain(check.suite.headSha),
        name: check.name,
        status: check.status,
        conclusion: check.conclusion,
        title: plain(check.output.title),
        summary: plain(check.output.summary),
        text: plain(check.output.text),
        annotations: check.annotations.length,
        buttons: check.actions.map(({ identifier }) => plain(identifier)),
      }))
      .sort((a, b) => (`${a.head} ${a.name}` < `${b.head} ${b.name}` ? -1 : 1)),
    runs: github.actions.runsOf(repository).map((run) => ({
      by: run.actor.login,
      event: run.event,
      conclusion: latestAttempt(run).conclusion,
      attempts: latestAttempt(run).number,
    })),
    statuses: repository.statuses.map(({ context, state }) => `${context} ${state}`),
    deployments: repository.deployments.size,
    releases: repository.releases.size,
  };
}

function reactions(all: readonly Reaction[]): readonly string[] {
  return all.map(({ user, content }) => `${user.login} ${content}`).sort();
}

/** Text in which all that depends on the hour, the machine or the order of ids is replaced by its kind. */
function plainText(commits: readonly string[]): (text: string | null) => string {
  return (text) => {
    let plain = text ?? 'null';
    for (const [place, sha] of commits.entries()) {
      plain = plain.replaceAll(sha, `commit-${place}`).replaceAll(sha.slice(0, 12), `commit-${place}`);
      plain = plain.replaceAll(sha.slice(0, 7), `commit-${place}`);
    }
    return (
      plain
        // Where GitHub throttled the App, it says so for a while.
        .replaceAll(/\n<sub>Degraded: [^\n]*<\/sub>/g, '')
        .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'CLAIM')
        .replaceAll(/siskin:reply:[0-9a-f]{16}/g, 'siskin:reply:KEY')
        .replaceAll(/\b[0-9a-f]{40,64}\b/g, 'DIGEST')
        .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'GITHUB')
        .replaceAll(/\b(runs|jobs|artifacts|run|issuecomment-|attempts)([/ #-]?)\d+/g, '$1$2N')
        .replaceAll(/\[\d+\]\(GITHUB/g, '[N](GITHUB')
        .replaceAll(/\b\d{4}-\d\d-\d\d(T[\d:.]+Z)?\b/g, 'DAY')
        .replaceAll(/\b\d{1,2}:\d\d(:\d\d)?\b/g, 'TIME')
        .replaceAll(/\b\d+(\.\d+)?\s?(ms|s|min|m|h|(runner|GPU) h)\b/g, 'DURATION')
    );
  };
}

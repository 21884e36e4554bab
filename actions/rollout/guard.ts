import { AppError, problemText } from '../../src/error.ts';
import { type Connections, readConnections } from '../../src/rollout/connections.ts';
import type { ErrandPlan } from '../../src/rollout/errands/errand-plan.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Throws `not-permitted` unless the App itself started this run, for this repository, and it is its first attempt: whoever
 * may write to a repository can start its workflows with any plan, and repeat an old one.
 */
export function refuseOthers(options: {
  readonly plan: Pick<ErrandPlan, 'repository'>;
  readonly app: string;
  readonly environment: Environment;
}): void {
  const { plan, app, environment } = options;
  if (!/^[a-z0-9][a-z0-9-]*\[bot\]$/i.test(app)) {
    throw new AppError(
      'bad-config',
      `expected \`app\` to be the login of an App such as siskin[bot], found ${JSON.stringify(app)}; correct the workflow file`,
    );
  }
  const wanted: readonly (readonly [string, string])[] = [
    ['GITHUB_EVENT_NAME', 'workflow_dispatch'],
    ['GITHUB_ACTOR', app],
    ['GITHUB_TRIGGERING_ACTOR', app],
    ['GITHUB_RUN_ATTEMPT', '1'],
    ['GITHUB_REPOSITORY', plan.repository],
  ];
  const wrong = wanted.find(([name, value]) => environment[name]?.toLowerCase() !== value.toLowerCase());
  if (wrong === undefined) return;
  const [name, value] = wrong;
  throw new AppError(
    'not-permitted',
    `expected ${name} to be ${value}, found ${environment[name] ?? 'none'}; only the App starts this, once for each plan: use its commands`,
  );
}

/** The connections of the environment's secret. `bad-config` with every problem when there are none. */
export function connectionsFrom(text: string, env: Environment): Connections {
  if (text.trim() === '') {
    throw new AppError(
      'bad-config',
      'expected the connections of this environment, found nothing; put the file into the secret SISKIN_CONNECTIONS of the GitHub Environment',
    );
  }
  const read = readConnections({ text, file: 'SISKIN_CONNECTIONS', env });
  if (read.kind === 'valid') return read.connections;
  throw new AppError('bad-config', read.problems.map(problemText).join('\n'));
}

import type { Answered } from '../../facts/answered.ts';
import type { Installation } from '../../ports.ts';
import { type Finding, ok, problem, unverified } from './finding.ts';

interface Need {
  readonly level: 'read' | 'write';
  /** What does not work without it: a clause. */
  readonly without: string;
}

/** Every permission that the App's manifest asks for, and what hangs on it. */
export const permissionNeeds: Readonly<Record<string, Need>> = {
  metadata: { level: 'read', without: 'nothing of the repository can be read' },
  contents: {
    level: 'write',
    without: 'models cannot be stored, and pull requests that propose files cannot be opened',
  },
  pull_requests: { level: 'write', without: 'comments, reactions and answers cannot be written' },
  issues: {
    level: 'write',
    without: 'commands in comments are not heard, and no issue tells of a rollout that went wrong',
  },
  deployments: { level: 'write', without: 'rollouts have no deployment on GitHub' },
  checks: { level: 'write', without: 'checks cannot be written' },
  actions: { level: 'write', without: 'runs cannot be started or cancelled' },
  merge_queues: { level: 'read', without: 'releases in a merge queue are not checked' },
  members: { level: 'read', without: 'teams and outside collaborators cannot be told apart' },
};

/** Every event that the App's manifest subscribes to, and what hangs on it. */
export const eventNeeds: Readonly<Record<string, string>> = {
  pull_request: 'pull requests are checked late, when the timer looks',
  push: 'the champion is not renewed by a merge',
  workflow_run: 'the end of a run is heard of late, when the timer looks',
  check_run: '"Re-run" of a check does nothing',
  check_suite: '"Re-run all checks" does nothing',
  merge_group: 'releases in a merge queue are not checked',
  pull_request_review: 'approvals of a release are seen late, when the timer looks',
  issue_comment: 'commands in comments are not heard',
};

/** Whether the installation was given all that the effects need; each lack with what it breaks and where it is granted. */
export function installationFindings(told: Answered<Installation>): readonly Finding[] {
  if (told.kind === 'unknown') {
    return [unverified('permissions', `could not verify: ${told.why}`, 'try again in a minute')];
  }
  const { app, asked, granted, events, url, isSuspended, ofOrganisation } = told.value;
  const suspended = isSuspended
    ? [{ ...problem('installation', 'it is suspended, so nothing works', 'let an owner lift that'), url }]
    : [];
  const lacking = Object.entries(permissionNeeds).flatMap(([name, { level, without }]): readonly Finding[] => {
    // People have no teams.
    if (isEnough(granted[name], level) || (name === 'members' && !ofOrganisation)) return [];
    const found = `\`${name}: ${level}\` is not granted (found ${granted[name] ?? 'none'}): ${without}`;
    const fix = isEnough(asked[name], level)
      ? 'let an owner accept it'
      : `add it in the settings of the App \`${app.slug}\`, then let an owner accept it`;
    return [{ ...problem('permissions', found, fix), url }];
  });
  const unheard = Object.entries(eventNeeds).flatMap(([name, without]): readonly Finding[] => {
    if (events.includes(name)) return [];
    const fix = `subscribe the App \`${app.slug}\` to it in its settings`;
    return [problem('events', `\`${name}\` is not sent: ${without}`, fix)];
  });
  return [
    ...suspended,
    ...(lacking.length > 0 ? lacking : [ok('permissions', 'all that is needed is granted')]),
    ...(unheard.length > 0 ? unheard : [ok('events', 'all that is needed is sent')]),
  ];
}

function isEnough(level: string | undefined, needed: 'read' | 'write'): boolean {
  return level === 'write' || level === 'admin' || (level === 'read' && needed === 'read');
}

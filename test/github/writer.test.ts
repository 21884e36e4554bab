import { describe, expect, it } from 'vitest';
import { buttons } from '../../src/command/button.ts';
import type { Annotation, CheckContent } from '../../src/effect.ts';
import { localGithub, repository } from './local-github.ts';

const annotation = (line: number): Annotation => ({
  path: '.github/siskin.yml',
  line,
  level: 'failure',
  title: 'Unknown key',
  message: `line ${line}`,
});

function aCheck(changes: Partial<CheckContent> = {}): CheckContent {
  return {
    name: 'siskin / late',
    status: 'completed',
    conclusion: 'failure',
    title: 'Worse',
    summary: 'ROC AUC is worse',
    text: '',
    detailsUrl: 'https://github.example/runs/1',
    buttons: [],
    annotations: [],
    ...changes,
  };
}

/** The annotations that each request carried. */
function annotationLines(seen: readonly { readonly body: unknown }[]): readonly number[][] {
  return seen.map(({ body }) => {
    const sent = body as { output?: { annotations?: { start_line: number }[] } };
    return (sent.output?.annotations ?? []).map((one) => one.start_line);
  });
}

describe('dispatching', () => {
  const key = 'POST actions/workflows/siskin.yml/dispatches';
  const send = (github: Awaited<ReturnType<typeof localGithub>>) =>
    github.writer.dispatchWorkflow(repository, '.github/workflows/siskin.yml', 'main', { plan: '{}' });

  it('asks for the run and returns its id', async () => {
    const json = { workflow_run_id: 12, html_url: 'https://github.example/runs/12' };
    await using github = await localGithub({ [key]: { status: 200, json } });

    expect(await send(github)).toEqual({ runId: 12, url: 'https://github.example/runs/12' });
    expect(github.seen[0]?.body).toEqual({ ref: 'main', inputs: { plan: '{}' }, return_run_details: true });
  });

  it('is content with a server that answers without a run', async () => {
    await using github = await localGithub({ [key]: { status: 204 } });

    expect(await send(github)).toBeNull();
  });

  it('asks again plainly when an older server does not know the wish', async () => {
    await using github = await localGithub({
      [key]: [
        { status: 422, json: { message: 'Invalid request. "return_run_details" is not a permitted key.' } },
        { status: 204 },
      ],
    });

    expect(await send(github)).toBeNull();
    expect(github.seen.map(({ body }) => body)).toEqual([
      { ref: 'main', inputs: { plan: '{}' }, return_run_details: true },
      { ref: 'main', inputs: { plan: '{}' } },
    ]);
  });

  it('never repeats a dispatch whose answer was lost', async () => {
    await using github = await localGithub({ [key]: { status: 502, json: {} } });

    await expect(send(github)).rejects.toMatchObject({ code: 'unavailable' });
    expect(github.seen).toHaveLength(1);
  });

  it('says not-found when the workflow is not there', async () => {
    await using github = await localGithub({ [key]: { status: 404, json: { message: 'Not Found' } } });

    await expect(send(github)).rejects.toMatchObject({ code: 'not-found' });
  });

  it.each([
    [404, 'Not Found', 'expected the workflow .github/workflows/siskin.yml on main, found none; add it with'],
    [422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow", 'found it disabled or deleted; enable it'],
    [422, "Workflow does not have 'workflow_dispatch' trigger", 'has no trigger `workflow_dispatch`; add it with'],
    [422, 'Unexpected inputs provided: ["plan"]', 'found that it has no input `plan`; add it with'],
    [422, 'No ref found for: main', 'expected GitHub to start the workflow'],
  ])('says what to do about a workflow that cannot be started: %i %s', async (status, message, said) => {
    await using github = await localGithub({ [key]: { status, json: { message } } });

    await expect(send(github)).rejects.toThrow(said);
  });

  it('takes a run that cannot be cancelled any more for cancelled', async () => {
    await using github = await localGithub({
      'POST actions/runs/12/cancel': [{ status: 202 }, { status: 409, json: {} }, { status: 404, json: {} }],
    });

    for (let time = 0; time < 3; time += 1) await github.writer.cancelRun(repository, 12);

    expect(github.seen).toHaveLength(3);
  });
});

describe('checks', () => {
  it('sends 120 annotations in three requests of at most fifty', async () => {
    await using github = await localGithub({
      'POST check-runs': { status: 201, json: { id: 31 } },
      'PATCH check-runs/31': { status: 200, json: { id: 31 } },
    });
    const annotations = Array.from({ length: 120 }, (_, index) => annotation(index + 1));

    const id = await github.writer.createCheck(repository, 'abc', aCheck({ annotations }));

    expect(id).toBe(31);
    expect(annotationLines(github.seen).map((lines) => lines.length)).toEqual([50, 50, 20]);
    expect(new Set(annotationLines(github.seen).flat()).size).toBe(120);
  });

  it('offers buttons, and takes them away again', async () => {
    await using github = await localGithub({
      'POST check-runs': { status: 201, json: { id: 31 } },
      'PATCH check-runs/31': { status: 200, json: { id: 31 } },
    });

    await github.writer.createCheck(repository, 'abc', aCheck({ buttons: [buttons.retry] }));
    await github.writer.updateCheck(repository, 31, aCheck({ buttons: [] }));

    expect(github.seen[0]?.body).toMatchObject({ actions: [{ label: 'Retry', identifier: 'retry' }] });
    expect(github.seen[1]?.body).toMatchObject({ actions: [] });
  });

  it('adds only the annotations that are not there yet when it updates', async () => {
    const present = { path: '.github/siskin.yml', start_line: 1, title: 'Unknown key', message: 'line 1' };
    await using github = await localGithub({
      'GET check-runs/31/annotations': { status: 200, json: [present] },
      'PATCH check-runs/31': { status: 200, json: { id: 31 } },
    });

    await github.writer.updateCheck(repository, 31, aCheck({ annotations: [annotation(1), annotation(2)] }));

    expect(annotationLines(github.seen.filter(({ method }) => method === 'PATCH'))).toEqual([[2]]);
  });

  it('has a conclusion exactly when it is completed, and never more text than GitHub takes', async () => {
    await using github = await localGithub({ 'POST check-runs': { status: 201, json: { id: 31 } } });

    await github.writer.createCheck(repository, 'abc', aCheck({ status: 'queued', conclusion: null }));
    await github.writer.createCheck(repository, 'abc', aCheck({ summary: 'x'.repeat(70_000) }));

    expect(github.seen[0]?.body).not.toHaveProperty('conclusion');
    expect(github.seen[1]?.body).toMatchObject({ conclusion: 'failure', head_sha: 'abc' });
    expect(github.seen[1]?.body).toHaveProperty('output.summary.length', 65_535);
  });

  it("finds its own check of a name and not another App's", async () => {
    const check_runs = [
      { id: 1, name: 'siskin / late', app: { id: 99 } },
      { id: 2, name: 'siskin / late', app: { id: 7 } },
    ];
    await using github = await localGithub({
      'GET commits/abc/check-runs': { status: 200, json: { total_count: 2, check_runs } },
    });

    expect(await github.writer.findCheck(repository, 'abc', 'siskin / late')).toBe(2);
  });
});

describe('comments', () => {
  const marker = '<!-- siskin:pull -->';
  const comment = (id: number, user: object, via: object | null = null) => ({
    id,
    user,
    performed_via_github_app: via,
    body: `${marker}\nhello`,
  });

  it('finds the newest one that our own App wrote, whoever else writes the marker', async () => {
    const comments = [
      comment(1, { login: 'eve', type: 'User' }),
      comment(2, { login: 'siskin[bot]', type: 'Bot' }, { id: 7 }),
      comment(3, { login: 'eve', type: 'User' }, { id: 7 }),
      comment(4, { login: 'siskin', type: 'User' }),
      comment(5, { login: 'other[bot]', type: 'Bot' }, { id: 99 }),
    ];
    await using github = await localGithub({ 'GET issues/3/comments': { status: 200, json: comments } });

    expect(await github.writer.findComment(repository, 3, marker)).toBe(2);
  });

  it('finds none where only strangers wrote the marker', async () => {
    await using github = await localGithub({
      'GET issues/3/comments': { status: 200, json: [comment(1, { login: 'eve', type: 'User' })] },
    });

    expect(await github.writer.findComment(repository, 3, marker)).toBeNull();
  });

  it('says when a comment that it should edit is gone', async () => {
    await using github = await localGithub({
      'PATCH issues/comments/41': [
        { status: 200, json: { id: 41 } },
        { status: 404, json: {} },
      ],
    });

    expect(await github.writer.updateComment(repository, 41, 'a')).toBe(true);
    expect(await github.writer.updateComment(repository, 41, 'a')).toBe(false);
  });

  it('never sends more than GitHub takes', async () => {
    await using github = await localGithub({ 'POST issues/3/comments': { status: 201, json: { id: 41 } } });

    await github.writer.createComment(repository, 3, 'x'.repeat(70_000));

    expect(github.seen[0]?.body).toHaveProperty('body.length', 65_536);
  });

  it('leaves a comment that was deleted without a reaction', async () => {
    await using github = await localGithub({ 'POST issues/comments/41/reactions': { status: 404, json: {} } });

    await github.writer.react(repository, 41, 'eyes');

    expect(github.seen[0]?.body).toEqual({ content: 'eyes' });
  });
});

describe('proposing files', () => {
  const proposal = {
    branch: 'siskin/onboarding',
    base: 'main',
    title: 'Set up Siskin',
    body: 'hello',
    files: { '.github/siskin.yml': 'version: 1\n' },
  };
  const tip = { status: 200, json: { name: 'main', commit: { sha: 'tip', author: null } } };
  const created = {
    'GET branches/main': tip,
    'POST git/trees': { status: 201, json: { sha: 'tree' } },
    'POST git/commits': { status: 201, json: { sha: 'commit' } },
    'POST git/refs': { status: 201, json: {} },
    'POST pulls': { status: 201, json: { number: 9 } },
  };

  it('makes tree, commit, branch and pull request, the branch last but one', async () => {
    await using github = await localGithub({
      ...created,
      'GET branches/siskin/onboarding': { status: 404, json: {} },
    });

    expect(await github.writer.openPullRequest(repository, proposal)).toBe(9);
    expect(github.seen.filter(({ method }) => method === 'POST').map(({ path }) => path.split('/').at(-1))).toEqual([
      'trees',
      'commits',
      'refs',
      'pulls',
    ]);
  });

  it("leaves somebody else's branch of this name alone", async () => {
    const theirs = { name: 'siskin/onboarding', commit: { sha: 'x', author: { login: 'ada' } } };
    await using github = await localGithub({ 'GET branches/siskin/onboarding': { status: 200, json: theirs } });

    expect(await github.writer.openPullRequest(repository, proposal)).toBeNull();
    expect(github.seen).toHaveLength(1);
  });

  it('opens only the pull request when a crash left its own branch without one', async () => {
    const ours = { name: 'siskin/onboarding', commit: { sha: 'x', author: { login: 'siskin[bot]' } } };
    await using github = await localGithub({
      ...created,
      'GET branches/siskin/onboarding': { status: 200, json: ours },
      'GET pulls': { status: 200, json: [] },
    });

    expect(await github.writer.openPullRequest(repository, proposal)).toBe(9);
    expect(github.seen.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('does not ask twice when people closed its pull request', async () => {
    const ours = { name: 'siskin/onboarding', commit: { sha: 'x', author: { login: 'siskin[bot]' } } };
    await using github = await localGithub({
      'GET branches/siskin/onboarding': { status: 200, json: ours },
      'GET pulls': { status: 200, json: [{ number: 2, state: 'closed' }] },
    });

    expect(await github.writer.openPullRequest(repository, proposal)).toBeNull();
  });
});

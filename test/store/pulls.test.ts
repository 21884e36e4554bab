import { afterAll, beforeAll, expect, it } from 'vitest';
import { nextCommands } from '../../src/decide/next-commands.ts';
import { renderComment } from '../../src/render/comment.ts';
import { model, view } from '../render/fixture.ts';
import { openTestStore, repository, sha, type TestStore } from './test-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

it('takes what an earlier version showed, which knew of no fairness, and shows it again', async () => {
  const head = sha('a');
  const shown = { claims: {}, view: view({ models: [model()], number: 7, head }) };
  await test.store.record(repository, { changes: [{ kind: 'save-view', record: shown }], effects: [] });
  await test.database.query(
    `update siskin.views set record = record #- '{view,models,0,state,judgement,fairness}' where number = 7`,
    [],
  );

  const read = await test.store.readView(repository.id, 7, head);

  expect(read?.view.models[0]?.state).toMatchObject({ kind: 'judged', judgement: { fairness: [] } });
  if (read === null) return;
  expect(nextCommands(read.view)).toContain('/help');
  expect(renderComment(read.view)).toContain('late');
});

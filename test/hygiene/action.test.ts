import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { githubMarkdown } from '../../sandbox/page/github-markdown.ts';
import { fakeSecrets } from './fake-secrets.ts';
import { type HygieneStage, openHygieneStage } from './hygiene-stage.ts';

const key = fakeSecrets['an AWS access key id'] ?? '';

let stage: HygieneStage;
beforeAll(async () => {
  stage = await openHygieneStage();
}, 120_000);
afterAll(() => stage[Symbol.asyncDispose]());

describe('the hygiene action on a pull request', () => {
  it('says in one comment what must not be committed, and edits it until nothing is left', async () => {
    const first = await stage.push({
      branch: 'careless',
      files: {
        'train.py': `import os\nseed = int(os.environ["SISKIN_SEED"])\nkey = "${key}"\n`,
        'data/holdout.csv': 'id,late\n3,1\n',
      },
    });
    const [comment] = stage.comments(first.number);
    console.log(first.report.log('hygiene'), comment?.body, stage.lineComments(first.number));
    expect(stage.conformance.violations).toEqual([]);
  }, 60_000);
});

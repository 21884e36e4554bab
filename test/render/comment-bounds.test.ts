import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteLength } from '../../src/render/budget.ts';
import { commentLimitBytes, renderComment } from '../../src/render/comment.ts';
import { drift } from './drift-fixture.ts';
import { judged, model, result, view, worse } from './fixture.ts';
import { hostileViews, poisoned } from './hostile-view.ts';
import { readMarkdown } from './markdown-check.ts';

describe('any comment', () => {
  const ourTags = /^<(\/?(details|summary|sub|code)|details open|!-- siskin:pull --)>$/;

  test('holds no tag, link, image or mention of somebody else, is bounded and valid UTF-8', () => {
    fc.assert(
      fc.property(hostileViews, (hostile) => {
        const comment = renderComment(hostile);
        const { tags, links, mentions } = readMarkdown(comment);
        const elements = tags.flatMap((tag) => tag.match(/<[^>]*>?/g) ?? []);

        expect(byteLength(comment)).toBeLessThanOrEqual(commentLimitBytes);
        expect(comment.isWellFormed()).toBe(true);
        expect(elements.filter((element) => !ourTags.test(element))).toEqual([]);
        expect(links.filter((address) => !/^https:\/\/evil\.example\/x[\w./:#@-]*$/.test(address))).toEqual([]);
        expect(mentions).toEqual([]);
        expect(elements.filter((element) => element.startsWith('<details'))).toHaveLength(
          elements.filter((element) => element === '</details>').length,
        );
      }),
      { numRuns: 150 },
    );
  });

  test('of a hundred and fifty models with long names for everything fits and says what was left out', () => {
    const models = Array.from({ length: 150 }, (_, index) =>
      model(index % 2 === 0 ? judged() : worse(), { model: `model-${index}` }),
    );
    const comment = renderComment(poisoned(view({ models }), ['@a<b>|`\u202e👩‍👩‍👧 '], 60));

    expect(byteLength(comment)).toBeLessThanOrEqual(commentLimitBytes);
    expect(byteLength(comment)).toBeGreaterThan(commentLimitBytes / 2);
    expect(comment).toContain('**Left out** to fit into one comment:');
    expect(comment).toContain('updated 14:02 UTC');
  });

  test('leaves out earlier commits and training before slices, and those before the verdict', () => {
    const columns = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [
        `${'column '.repeat(9)}${index}`,
        drift().columns['origin'] ?? never(),
      ]),
    );
    const parameters = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`p${index}`, 'x'.repeat(100)]));
    const one = result({ drift: { ...drift(), columns } });
    const training = one.training === null ? null : { ...one.training, parameters };
    const models = Array.from({ length: 5 }, (_, index) =>
      model(judged({ result: { ...one, training, drift: { ...drift(), columns, alpha: 0.01 + index / 100 } } }), {
        model: `m${index}`,
      }),
    );
    const comment = renderComment(view({ models }));

    expect(comment).not.toContain('Earlier commits');
    expect(comment).toContain('Slices (');
    expect(comment.match(/\| 0\.7312 \| 0\.7398 \|/g)).toHaveLength(5);
  });
});

function never(): never {
  throw new Error('the fixture has lost a column');
}

import { describe, expect, it } from 'vitest';
import { githubMarkdown } from '../../../sandbox/page/github-markdown.ts';
import { judged, judgement, model, view, worse } from '../../render/fixture.ts';
import { startStory } from './story.ts';

describe('the page of the local world', () => {
  it('lists the pull requests and leads to each', async () => {
    await using story = await startStory({ view: view() });

    const html = await story.read('/');

    expect(html).toContain('ada/flights');
    expect(html).toContain(`href="/ada/flights/pull/${story.number}">Train on June, too</a>`);
  });

  it('shows what was said, what the checks say and what changes', async () => {
    const good = judged({ judgement: judgement({ review: false, headline: 'better in ROC AUC' }) });
    await using story = await startStory({
      view: view({ models: [model(worse()), model(good, { model: 'tree' })] }),
      said: ['/evaluate'],
    });

    const html = await story.read(`/ada/flights/pull/${story.number}`);

    expect(html).toContain('<strong>Delays</strong> are longer');
    expect(html).toContain('🔴 Fail · <code>late-arrival</code>');
    expect(html).toContain('<span class="name">siskin: late-arrival</span>');
    expect(html).toContain('aria-label="failure"');
    expect(html).toContain('aria-label="1 eyes"');
    expect(html).toContain('Files changed');
    expect(html).toContain('<span class="add">+12</span>');
  });

  it('lets nothing that somebody wrote run', async () => {
    const said = [
      '<script>alert(1)</script><img src=x onerror=alert(2)><a href="javascript:alert(3)">x</a><details><summary>open',
    ];
    await using story = await startStory({ view: view(), said });

    const answer = await fetch(`${story.page.url}/ada/flights/pull/${story.number}`);
    const html = await answer.text();

    expect(html).not.toMatch(/alert\(1\)|onerror=|href="javascript/);
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(html.match(/<details/g)?.length).toBe(html.match(/<\/details>/g)?.length);
  });

  it('answers what is not there, what only writes, and paths of nobody with one sentence', async () => {
    await using story = await startStory({ view: view() });
    const status = async (path: string, method = 'GET') => (await fetch(`${story.page.url}${path}`, { method })).status;

    expect(await status('/ada/flights/pull/999')).toBe(404);
    expect(await status('/nobody/nothing/pull/1')).toBe(404);
    expect(await status('/%00')).toBe(404);
    expect(await status('/', 'POST')).toBe(405);
  });
});

describe('a comment as GitHub renders it', () => {
  const render = (source: string) => githubMarkdown(source, { localOrigin: 'http://127.0.0.1:1' }).trim();

  it.each([
    [
      '<details open><summary>a</summary>\n\nb\n\n</details>',
      '<details open=""><summary>a</summary>\n<p>b</p>\n</details>',
    ],
    ['<p onclick="x()" align="center">a</p>', '<p align="center">a</p>'],
    ['<style>p{}</style>a', 'a'],
    ['a <!-- hidden --> b', '<p>a  b</p>'],
    ['<sub>a', '<p><sub>a</sub></p>'],
    ['</details></section>a', 'a'],
    ['<svg><path d="x"/></svg>', '<p></p>'],
    ['[x](http://127.0.0.1:1/ada/flights/pull/3)', '<p><a href="/ada/flights/pull/3">x</a></p>'],
    ['<a href="//evil.example">x</a>', '<p><a>x</a></p>'],
    ['1 < 2', '<p>1 &lt; 2</p>'],
  ])('%j', (source, html) => {
    expect(render(source)).toBe(html);
  });
});

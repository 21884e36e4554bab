import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport, renderReports } from '../../src/render/report/report.ts';
import { subjectOf } from '../../src/render/report/subject.ts';
import { judged, judgement, model, otherStates, result, view, worse } from '../render/fixture.ts';
import { rich } from '../render/rich-fixture.ts';
import { type Story, startStory } from '../sandbox/page/story.ts';

// Needs Chromium: the path in CHROMIUM, or where Debian puts it.
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const sights = [
  { width: 1100, colorScheme: 'light' },
  { width: 1100, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const;

describe.skipIf(!existsSync(executablePath))('what people see in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'siskin-pages-'));
  let browser: Browser;
  let story: Story;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    const models = [
      model(worse()),
      model(judged(), { model: 'tree' }),
      ...Object.values(otherStates).map((state) => model(state, { model: `m-${state.kind}` })),
    ];
    story = await startStory({ view: view({ models }), said: ['/evaluate'] });
    writeFileSync(join(folder, 'report.html'), renderReport(rich()));
    const subjects = [subjectOf(rich()), subjectOf({ result: result(), judgement: judgement() })];
    writeFileSync(join(folder, 'reports.html'), renderReports(subjects));
  });
  afterAll(async () => {
    await browser.close();
    await story[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const addresses: readonly (readonly [string, () => string])[] = [
    ['the list of pull requests', () => `${story.page.url}/`],
    ['a pull request', () => `${story.page.url}/ada/flights/pull/${story.number}`],
    ['a page that is not there', () => `${story.page.url}/ada/flights/pull/999`],
    ['the report', () => pathToFileURL(join(folder, 'report.html')).href],
    ['a report on several models', () => pathToFileURL(join(folder, 'reports.html')).href],
  ];

  it.each(addresses)('has no accessibility fault and never scrolls sideways: %s', async (_, address) => {
    for (const { width, colorScheme } of sights) {
      await using context = await browser.newContext({
        viewport: { width, height: 900 },
        colorScheme,
        bypassCSP: true,
      });
      const page = await context.newPage();
      await page.goto(address());
      await page.evaluate('for (const fold of document.querySelectorAll("details")) fold.open = true');
      await page.addScriptTag({ path: axe });
      const found: unknown = await page.evaluate(
        'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`))',
      );

      expect({ width, colorScheme, found }).toEqual({ width, colorScheme, found: [] });
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    }
  });

  it('shows the report without a network and without scripts', async () => {
    await using context = await browser.newContext({ javaScriptEnabled: false, offline: true });
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => void asked.push(request.url()));
    const address = pathToFileURL(join(folder, 'report.html')).href;
    await page.goto(address);

    expect(asked).toEqual([address]);
    expect(await page.locator('h1').innerText()).toContain('better in ROC AUC');
    expect(await page.locator('svg').count()).toBeGreaterThan(5);
  });

  it('lets its own style through its own policy, and nothing else is said', async () => {
    await using context = await browser.newContext();
    const page = await context.newPage();
    const said: string[] = [];
    page.on('console', (message) => void said.push(message.text()));
    await page.goto(pathToFileURL(join(folder, 'report.html')).href);

    expect(await page.evaluate('getComputedStyle(document.querySelector(".tile")).borderLeftWidth')).toBe('4px');
    expect(said).toEqual([]);
  });

  it('is printed whole: what is folded on a screen is open on paper', async () => {
    await using context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(folder, 'report.html')).href);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });

    expect(await page.locator('details').count()).toBeGreaterThan(3);
    expect(await page.getByText('storm', { exact: true }).isVisible()).toBe(true);
    const heights = await page.evaluate('[...document.querySelectorAll("details")].map((fold) => fold.offsetHeight)');
    expect(Math.min(...(heights as readonly number[]))).toBeGreaterThan(60);
    expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(0, 0, 0)');
  });

  it('keeps unfolded what a person unfolded while the page follows the pull request', async () => {
    await using context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${story.page.url}/ada/flights/pull/${story.number}`);
    const check = page.locator('[data-key="check-siskin: tree"]');
    await check.locator('summary').first().click();
    const { github, repository } = story.stage;
    github.comment({ repository, number: story.number, author: 'grace', body: 'Another word' });

    await page.getByText('Another word').waitFor({ timeout: 10_000 });
    expect(await check.getAttribute('open')).not.toBe(null);
  });
});

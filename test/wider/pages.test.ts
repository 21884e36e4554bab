import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from '../../src/render/report/report.ts';
import { judged, judgement, model, view, worse } from '../render/fixture.ts';
import { rich } from '../render/rich-fixture.ts';
import { type Story, startStory } from '../sandbox/page/story.ts';
import { toolAt } from './tool.ts';

const screens = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } } as const;
const schemes = ['light', 'dark'] as const;
const looks = schemes.flatMap((scheme) =>
  Object.keys(screens).map((screen) => [scheme, screen as keyof typeof screens] as const),
);
const pictures = join(import.meta.dirname, '../../out/pages');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser: Browser;
let story: Story;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  // The sandbox of Chromium cannot be had as root, which is what a container gives; only our own pages are opened.
  browser = await chromium.launch({
    executablePath: toolAt('SISKIN_CHROMIUM'),
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const good = judged({ judgement: judgement({ review: false, headline: 'better in ROC AUC' }) });
  story = await startStory({
    view: view({ models: [model(worse()), model(good, { model: 'tree' })] }),
    said: ['/evaluate'],
  });
});
afterAll(async () => {
  await browser.close();
  await story[Symbol.asyncDispose]();
});

/** What axe finds on a page, and by how many pixels the page is wider than the screen; keeps a picture of it. */
async function examine(options: {
  readonly name: string;
  readonly scheme: (typeof schemes)[number];
  readonly screen: keyof typeof screens;
  readonly content: { readonly html: string } | { readonly url: string };
}) {
  const { name, scheme, screen, content } = options;
  const context = await browser.newContext({ viewport: screens[screen], colorScheme: scheme, bypassCSP: true });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  if ('html' in content) await page.setContent(content.html);
  else await page.goto(content.url, { waitUntil: 'load' });
  for (const details of await page.locator('details').all()) {
    await details.evaluate((element) => element.setAttribute('open', ''));
  }
  await page.screenshot({ path: join(pictures, `${name}-${scheme}-${screen}.png`), fullPage: true });
  // The type of what runs in the page is axe's own, which its script brings there.
  await page.evaluate(axe);
  const found = (await page.evaluate('axe.run()')) as {
    readonly violations: readonly {
      readonly id: string;
      readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[];
    }[];
  };
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  await context.close();
  const violations = found.violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 3).map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
  );
  return { violations, problems, overflow };
}

const flawless = { violations: [], problems: [], overflow: 0 };

describe('on every screen, light and dark', () => {
  it.each(looks)('the list of pull requests is accessible: %s, %s', async (scheme, screen) => {
    const content = { url: `${story.page.url}/` };

    expect(await examine({ name: 'index', scheme, screen, content })).toEqual(flawless);
  });

  it.each(looks)('a pull request is accessible: %s, %s', async (scheme, screen) => {
    const content = { url: `${story.page.url}/ada/flights/pull/${story.number}` };

    expect(await examine({ name: 'pull', scheme, screen, content })).toEqual(flawless);
  });

  it.each(looks)('the report is accessible: %s, %s', async (scheme, screen) => {
    const content = { html: renderReport(rich()) };

    expect(await examine({ name: 'report', scheme, screen, content })).toEqual(flawless);
  });
});

/**
 * Makes docs/images/comment.png, a comment as GitHub renders it, and docs/images/report.png, the top of the report that it
 * links, as they are on a desk and in the dark on a phone: those that the demo got for the flights of June (`npm run demo --
 * --once` first). Needs Chromium: the path in the environment variable CHROMIUM, or /usr/bin/chromium. Run it after a
 * change of what people see.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { githubMarkdown } from '../sandbox/page/github-markdown.ts';
import { pageStyle } from '../sandbox/page/page-style.ts';
import { styleSheet } from '../src/render/report/style.ts';

const demo = join(import.meta.dirname, '../out/demo');
const images = join(import.meta.dirname, '../docs/images');
const source = process.argv[2] ?? join(demo, 'pull-2.md');
const report = process.argv[3] ?? join(demo, 'pull-2-late-arrival.html');
const comment = githubMarkdown(readFileSync(source, 'utf8'), { localOrigin: 'http://127.0.0.1' });
const page = `<!doctype html><meta charset="utf-8"><style>${styleSheet}${pageStyle} body { padding: 12px } .box { width: 900px }</style><article class="box"><div class="head"><b>siskin</b> <span class="tag">bot</span> <span class="quiet">commented</span></div><div class="content markdown">${comment}</div></article>`;

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-lcd-text',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
const tab = await browser.newPage({
  viewport: { width: 930, height: 800 },
  deviceScaleFactor: 1,
  colorScheme: 'light',
});
await tab.setContent(page);
await tab.locator('.box').screenshot({ path: join(images, 'comment.png') });
for (const { name, width, height, colorScheme } of [
  { name: 'report.png', width: 1180, height: 1300, colorScheme: 'light' },
  { name: 'report-phone.png', width: 390, height: 1300, colorScheme: 'dark' },
] as const) {
  const sight = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: 1, colorScheme });
  await sight.goto(pathToFileURL(report).href);
  await sight.screenshot({ path: join(images, name) });
}
await browser.close();
console.log(`Wrote comment.png, report.png and report-phone.png in ${images}`);

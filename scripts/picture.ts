/**
 * Makes docs/images/comment.png: a comment as GitHub renders it, by default the one that the demo got for the flights of
 * June (`npm run demo -- --once` first). Needs Chromium: the path in the environment variable CHROMIUM, or
 * /usr/bin/chromium. Run it after a change of what the comment looks like.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { githubMarkdown } from '../sandbox/page/github-markdown.ts';
import { pageStyle } from '../sandbox/page/page-style.ts';
import { styleSheet } from '../src/render/report/style.ts';

const source = process.argv[2] ?? join(import.meta.dirname, '../out/demo/pull-2.md');
const target = join(import.meta.dirname, '../docs/images/comment.png');
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
await tab.locator('.box').screenshot({ path: target });
await browser.close();
console.log(`Wrote ${target}`);

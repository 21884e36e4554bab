import { html } from '../../src/render/escape.ts';
import { styleSheet } from '../../src/render/report/style.ts';
import { pageStyle } from './page-style.ts';

/** A page of the sandbox. `body` is finished HTML; it is replaced as a whole when the server has another. */
export function layout(options: { readonly title: string; readonly crumbs: string; readonly body: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(options.title)}</title>
<style>${styleSheet}${pageStyle}</style>
<script src="/live.js" defer></script>
</head>
<body>
<header class="bar"><nav class="page" aria-label="Where you are"><a class="brand" href="/">Local GitHub</a>${options.crumbs}</nav></header>
<main class="page">
${options.body}
</main>
</body>
</html>
`;
}

/** Asks for the page again every two seconds and shows what changed; what a person unfolded stays unfolded. */
export const liveScript = `'use strict';
const key = (fold) => fold.dataset.key ?? fold.querySelector('summary')?.textContent ?? '';
let shown = document.querySelector('main').innerHTML;
const look = async () => {
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
    if (answer.ok && next !== null && next.innerHTML !== shown) {
      shown = next.innerHTML;
      const main = document.querySelector('main');
      const folds = new Map([...main.querySelectorAll('details')].map((fold) => [key(fold), fold.open]));
      for (const fold of next.querySelectorAll('details')) fold.open = folds.get(key(fold)) ?? fold.open;
      main.replaceWith(next);
    }
  } catch {}
  setTimeout(look, 2000);
};
setTimeout(look, 2000);
`;

/**
 * The one style sheet of everything that Siskin shows as a page: the report and the sandbox's pull requests. System fonts,
 * one accent colour, light and dark. Every pair of text and ground has a contrast of at least 4.5.
 */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f6f7f9; --line: #d9dde3; --text: #1b2027; --quiet: #57606c; --accent: #0b5fb8;
  --good: #12703a; --good-ground: #e3f4e9; --bad: #b3261e; --bad-ground: #fce8e6; --warn: #835400; --warn-ground: #fbf0d9;
  --open-ground: #eceff3; --busy-ground: #e4eefa; --before: #78838f; --now: #0b5fb8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1318; --raised: #171c23; --line: #303843; --text: #e6eaef; --quiet: #9ba6b3; --accent: #6cb2ff;
    --good: #63cf8e; --good-ground: #12301f; --bad: #ff8f85; --bad-ground: #3d1a17; --warn: #e9b95c; --warn-ground: #35280d;
    --open-ground: #252c35; --busy-ground: #14283f; --before: #7f8a97; --now: #6cb2ff;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--text); line-height: 1.55;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
.page { max-width: 66rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
a { color: var(--accent); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
h1 { font-size: 1.7rem; line-height: 1.25; letter-spacing: -.01em; margin: .4rem 0 .6rem; text-wrap: balance; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { margin: 0 0 .75rem; max-width: 46rem; }
section { margin-top: 2.75rem; }
code, pre { font-family: ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Noto Sans Mono", monospace; font-size: .875em; }
code { background: var(--raised); border-radius: 4px; padding: .1em .3em; overflow-wrap: anywhere; }
h1 code, h2 code, h3 code, h4 code { background: none; padding: 0; }
.scroll code { overflow-wrap: normal; white-space: nowrap; }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: 8px; padding: .85rem 1rem; overflow-x: auto; margin: 0 0 .75rem; }
pre code { background: none; padding: 0; overflow-wrap: normal; }
.quiet { color: var(--quiet); }
.brand { font-weight: 600; letter-spacing: .01em; }
.meta { color: var(--quiet); font-size: .9rem; }
.scroll { overflow-x: auto; margin: 0 0 .75rem; border: 1px solid var(--line); border-radius: 8px; }
.scroll table { margin: 0; border: 0; width: 100%; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { padding: .5rem .6rem; text-align: left; vertical-align: middle; border-bottom: 1px solid var(--line); }
tbody tr:last-child th, tbody tr:last-child td { border-bottom: 0; }
thead th { color: var(--quiet); font-weight: 600; font-size: .8rem; white-space: nowrap; background: var(--raised); }
tbody th { font-weight: 500; white-space: nowrap; }
.why { display: block; min-width: 8rem; max-width: 20rem; color: var(--quiet); font-size: .85rem; }
.short { white-space: nowrap; }
.number { text-align: right; white-space: nowrap; }
.chip {
  display: inline-block; white-space: nowrap; font-size: .8rem; font-weight: 600; line-height: 1.4; border-radius: 999px; padding: .1rem .6rem;
  color: var(--quiet); background: var(--open-ground);
}
h1 .chip { font-size: .9rem; vertical-align: .2em; }
.chip.good { color: var(--good); background: var(--good-ground); }
.chip.bad { color: var(--bad); background: var(--bad-ground); }
.chip.warn { color: var(--warn); background: var(--warn-ground); }
.chip.busy { color: var(--accent); background: var(--busy-ground); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(17.5rem, 1fr)); gap: 1rem; margin: 0 0 1rem; }
.card { margin: 0; border: 1px solid var(--line); border-radius: 8px; padding: .85rem 1rem; min-width: 0; }
.card figcaption, .card .title { font-weight: 600; margin-bottom: .25rem; overflow-wrap: anywhere; }
.card p { font-size: .85rem; margin: .35rem 0 0; }
svg { display: block; max-width: 100%; }
svg text { font: 11px system-ui, -apple-system, "Segoe UI", sans-serif; fill: var(--quiet); }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .85rem; color: var(--quiet); margin: 0 0 .75rem; padding: 0; list-style: none; }
.key span { display: inline-block; width: .75rem; height: .75rem; border-radius: 2px; margin-right: .4rem; vertical-align: -.05rem; }
.key .before { background: var(--before); } .key .now { background: var(--now); }
.key .warned { background: var(--warn); }
.key .round { border-radius: 50%; } .key .ring { border-radius: 50%; background: none; border: 2px solid var(--before); }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) minmax(0, 1fr); gap: .35rem 1.25rem; margin: 0; font-size: .9rem; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
details { border: 1px solid var(--line); border-radius: 8px; padding: 0 1rem; margin: 0 0 .75rem; }
details[open] { padding-bottom: .75rem; }
summary { cursor: pointer; padding: .55rem 0; font-weight: 500; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; font-size: .85rem; color: var(--quiet); }
@media (max-width: 40rem) {
  .page { padding: 1rem 1rem 3rem; }
  h1 { font-size: 1.35rem; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin-bottom: .6rem; }
}
`;

/** What only the report has: its tiles, its chapters, and how it looks on paper. */
export const reportStyle = `
html { scroll-behavior: smooth; } .page { max-width: 74rem; }
html { scroll-padding-top: 1rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .75rem; margin: 1.5rem 0 0; padding: 0; list-style: none; }
.tile { display: block; height: 100%; padding: .7rem .9rem; border: 1px solid var(--line); border-left: 4px solid var(--before); border-radius: 8px; color: inherit; text-decoration: none; }
.tile:hover { border-color: var(--accent); }
.tile .value { display: block; font-size: 1.35rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
.tile .name { color: var(--quiet); font-size: .85rem; line-height: 1.35; display: block; }
.tile.good { border-left-color: var(--good); } .tile.bad { border-left-color: var(--bad); } .tile.warn { border-left-color: var(--warn); }
.reasons { margin: 1.25rem 0 0; padding-left: 1.2rem; max-width: 46rem; }
.models { margin: 1rem 0 0; padding: 0; list-style: none; }
.models li { padding: .5rem 0; border-bottom: 1px solid var(--line); }
article { margin-top: 3.5rem; border-top: 2px solid var(--line); padding-top: 1.5rem; }
article > h2 { font-size: 1.35rem; text-wrap: balance; }
article section { margin-top: 2.25rem; } article h3 { font-size: 1.1rem; margin: 0 0 .75rem; } h4 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
thead svg { margin-top: .25rem; } .words { display: block; min-width: 11rem; max-width: 26rem; } .number .words { min-width: 0; max-width: none; }
.sub { display: block; font-weight: 400; }
svg.wide { width: 100%; height: auto; max-width: 34rem; }
p + .cards, ul + .cards { margin-top: .25rem; }
.charts { grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 36rem)); }
.beside { display: grid; grid-template-columns: minmax(0, 26rem) minmax(12rem, 1fr); gap: 1rem 2rem; align-items: center; }
@media (max-width: 48rem) { .beside { grid-template-columns: minmax(0, 1fr); } .charts { grid-template-columns: minmax(0, 1fr); } }
.cards svg { width: 100%; height: auto; }
td svg + .short { display: block; color: var(--quiet); font-size: .8rem; }
details > .scroll:last-child { margin-bottom: 0; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print {
  :root {
    color-scheme: light; --ground: #ffffff; --raised: #ffffff; --line: #c4c9d0; --text: #000000; --quiet: #3f4751; --accent: #0b4f99;
    --good: #0e5c30; --good-ground: #ffffff; --bad: #97201a; --bad-ground: #ffffff; --warn: #6b4400; --warn-ground: #ffffff;
    --open-ground: #ffffff; --busy-ground: #ffffff; --before: #6b7580; --now: #0b4f99;
  }
  body { font-size: 10pt; } .page { max-width: none; padding: 0; }
  .scroll { overflow: visible; border: 0; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .chip { border: 1px solid currentcolor; }
  details { border: 0; padding: 0; } details::details-content { content-visibility: visible; block-size: auto; }
  figure, tr, .tile, dt, dd { break-inside: avoid; } h2, h3, h4 { break-after: avoid; } thead { display: table-header-group; }
  th, td { padding: .25rem .35rem; } .scroll code, .short, .number, tbody th { white-space: normal; overflow-wrap: anywhere; }
}
`;

/** What the sandbox's pages add to the style sheet of the report. */
export const pageStyle = `
.bar { margin: 0; border-bottom: 1px solid var(--line); background: var(--raised); }
.bar .page { padding-top: .75rem; padding-bottom: .75rem; display: flex; flex-wrap: wrap; gap: .25rem .6rem; }
.bar a { color: var(--text); text-decoration: none; } .bar a:hover { text-decoration: underline; }
.bar .sep { color: var(--quiet); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
h1 .number { color: var(--quiet); font-weight: 400; }
.list { list-style: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: 8px; }
.list > li { padding: .7rem 1rem; border-bottom: 1px solid var(--line); } .list > li:last-child { border-bottom: 0; }
.list a.title { font-weight: 600; color: var(--text); text-decoration: none; } .list a.title:hover { color: var(--accent); text-decoration: underline; }
.row { display: flex; gap: .6rem; align-items: baseline; } .row .grow { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.state { display: inline-flex; align-items: center; gap: .35rem; border-radius: 999px; padding: .15rem .75rem; font-size: .85rem; font-weight: 600; }
.list .state { justify-content: center; min-width: 5.2rem; }
.state.open { color: var(--good); background: var(--good-ground); } .state.merged { color: var(--merged); background: var(--merged-ground); } .state.closed { color: var(--bad); background: var(--bad-ground); }
:root { --merged: #6b3fb8; --merged-ground: #efe8fb; } @media (prefers-color-scheme: dark) { :root { --merged: #c3a4ff; --merged-ground: #2a2040; } }
.branch { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .82rem; background: var(--busy-ground); color: var(--accent); border-radius: 4px; padding: .1rem .4rem; overflow-wrap: anywhere; }
.timeline { list-style: none; margin: 1.5rem 0 0; padding: 0 0 0 1.1rem; border-left: 2px solid var(--line); }
.timeline > li { position: relative; margin: 0 0 1.1rem; }
.timeline > li.event { font-size: .88rem; color: var(--quiet); padding-left: .6rem; }
.timeline > li.event::before { content: ""; position: absolute; left: -1.5rem; top: .45rem; width: .65rem; height: .65rem; border-radius: 50%; background: var(--ground); border: 2px solid var(--before); }
.box { border: 1px solid var(--line); border-radius: 8px; overflow: hidden; background: var(--ground); }
.box > .head { display: flex; flex-wrap: wrap; gap: .3rem .6rem; align-items: center; padding: .5rem 1rem; background: var(--raised); border-bottom: 1px solid var(--line); font-size: .88rem; }
.box > .content { padding: 1rem; }
.avatar { display: inline-grid; place-items: center; width: 1.6rem; height: 1.6rem; border-radius: 50%; font-size: .75rem; font-weight: 700; color: #fff; flex: none; }
.avatar.bot { border-radius: 6px; }
.tag { font-size: .72rem; border: 1px solid var(--line); border-radius: 999px; padding: 0 .45rem; color: var(--quiet); }
.reactions { display: flex; gap: .4rem; padding: 0 1rem .8rem; } .reactions span { border: 1px solid var(--line); border-radius: 999px; padding: .05rem .55rem; font-size: .85rem; }
.check { display: flex; gap: .6rem; align-items: flex-start; } .check .icon { margin-top: .22rem; flex: none; width: 1.1rem; height: 1.1rem; }
.check .name { font-weight: 600; } .check .what { color: var(--quiet); font-size: .88rem; }
details.fold { border: 0; padding: 0; margin: 0; } details.fold[open] { padding: 0; }
details.fold > summary { list-style: none; padding: 0 1.4rem 0 0; position: relative; } details.fold > summary::-webkit-details-marker { display: none; }
details.fold > summary::after { content: ""; position: absolute; right: .2rem; top: .5rem; width: .45rem; height: .45rem; border-right: 2px solid var(--quiet); border-bottom: 2px solid var(--quiet); transform: rotate(45deg); }
details.fold[open] > summary::after { transform: rotate(225deg); top: .65rem; }
details.fold > .content { padding: .9rem 0 .2rem 1.7rem; }
.links { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .88rem; padding: .25rem 0 0 1.7rem; }
.icon.good { color: var(--good); } .icon.bad { color: var(--bad); } .icon.warn { color: var(--warn); } .icon.busy { color: var(--accent); } .icon.open { color: var(--quiet); }
.diff { font-size: .8rem; line-height: 1.45; margin: 0; border-radius: 6px; max-height: 28rem; overflow: auto; } .diff .add { background: var(--good-ground); display: block; } .diff .del { background: var(--bad-ground); display: block; } .diff .hunk { color: var(--quiet); display: block; }
.plus { color: var(--good); } .minus { color: var(--bad); } .stat { white-space: nowrap; font-variant-numeric: tabular-nums; font-size: .85rem; }
.log { max-height: 32rem; overflow: auto; font-size: .8rem; }
.markdown { overflow-wrap: break-word; font-size: .93rem; } .markdown > :last-child { margin-bottom: 0; } .markdown p { max-width: none; }
.markdown h1, .markdown h2, .markdown h3, .markdown h4 { margin: 1.1rem 0 .7rem; line-height: 1.35; } .markdown > :first-child { margin-top: 0; }
.markdown h3 { font-size: 1.15rem; } .markdown h4 { font-size: 1rem; }
.markdown table { display: block; width: max-content; max-width: 100%; overflow-x: auto; margin: 0 0 .9rem; }
.markdown th, .markdown td { border: 1px solid var(--line); padding: .35rem .7rem; } .markdown thead th { font-size: .88rem; color: var(--text); background: var(--raised); }
.markdown tbody tr:last-child th, .markdown tbody tr:last-child td { border-bottom: 1px solid var(--line); } .markdown td code, .markdown th code { overflow-wrap: normal; white-space: nowrap; } .markdown [align=right] { text-align: right; } .markdown tbody tr:nth-child(2n) { background: var(--raised); }
.markdown ul { list-style: disc; } .markdown ul, .markdown ol { margin: 0 0 .9rem; padding-left: 1.4rem; } .markdown blockquote { margin: 0 0 .9rem; padding: 0 1rem; border-left: 3px solid var(--line); color: var(--quiet); }
.markdown details { border: 0; padding: 0; margin: 0 0 .35rem; } .markdown summary { padding: .2rem 0; } .markdown sub { color: var(--quiet); font-size: .8rem; vertical-align: baseline; }
.weights { display: block; width: 100%; max-width: 30rem; height: 3rem; margin: .5rem 0; border-bottom: 1px solid var(--line); fill: var(--accent); }
`;

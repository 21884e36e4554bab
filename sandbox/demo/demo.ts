import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { prepareRepository } from '../../examples/flights/prepare.ts';
import { startPage } from '../page/page.ts';
import { startWorld } from '../world.ts';
import { type ActOutcome, playAct } from './play.ts';
import { narrator } from './progress.ts';
import { acts } from './story.ts';

const out = join(import.meta.dirname, '../../out/demo');
const { values: flags } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
const started = performance.now();
const tell = narrator((line) => console.log(line));

tell.say('Siskin: from a pull request to a verdict, on this machine alone.\n');
const folder = join(mkdtempSync(join(tmpdir(), 'siskin-demo-')), 'flights');
// The bundler holds half a gigabyte, which a process of its own gives back.
const building = promisify(execFile)(process.execPath, [join(import.meta.dirname, '../../scripts/build.ts')]);
await Promise.all([building, prepareRepository({ folder })]);
await using world = await startWorld({ onJob: tell.job });
world.github.createUser({ login: 'acme', kind: 'Organization' });
for (const login of ['ada', 'grace', 'linus']) world.github.createUser({ login });
world.github.addMembers({ organization: 'acme', logins: ['ada', 'grace', 'linus'] });
const repository = await world.adopt({ owner: 'acme', name: 'flights', fromFolder: folder });
for (const login of ['ada', 'grace', 'linus'])
  world.github.grantRole({ repository, login, role: login === 'ada' ? 'admin' : 'write' });
await using page = await startPage({ apiUrl: world.github.apiUrl, token: world.github.userToken('ada') });
tell.follow(world);
tell.say(`Watch the pull requests at ${page.url}\n`);

const outcomes: ActOutcome[] = [];
for (const [index, act] of acts.entries()) {
  tell.say(`${index + 1}/${acts.length}  ${act.title}`);
  const outcome = await playAct(act, { world, repository });
  for (const problem of outcome.problems) tell.say(`      ✗ ${problem}`);
  tell.say(
    `      ${outcome.problems.length === 0 ? '✔ as expected' : '✗ not as expected'} after ${outcome.seconds.toFixed(1)} s, ${outcome.calls.reads} reads and ${outcome.calls.writes} writes of GitHub\n`,
  );
  outcomes.push(outcome);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const isAsExpected = outcomes.every(({ problems }) => problems.length === 0);
for (const { pullRequest, reports } of outcomes) {
  for (const comment of pullRequest.comments) writeFileSync(join(out, `pull-${pullRequest.number}.md`), comment);
  for (const { model, page } of reports)
    if (page !== null) writeFileSync(join(out, reportFile(pullRequest, model)), page);
}
const summary = {
  asExpected: isAsExpected,
  seconds: (performance.now() - started) / 1000,
  peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  acts: outcomes.map(({ pullRequest, reports, ...rest }) => ({
    ...rest,
    reports: reports.map(({ model }) => reportFile(pullRequest, model)),
    pullRequest: { ...pullRequest, comments: pullRequest.comments.map(() => `pull-${pullRequest.number}.md`) },
  })),
};
writeFileSync(join(out, 'summary.json'), JSON.stringify(summary, null, 2));
tell.say(
  `${isAsExpected ? 'Everything ended as expected' : 'Something did not end as expected'} after ${summary.seconds.toFixed(0)} s. Comments, reports and summary.json are in out/demo.`,
);

function reportFile({ number }: ActOutcome['pullRequest'], model: string): string {
  return `pull-${number}-${model}.html`;
}

if (flags.once) process.exitCode = isAsExpected ? 0 : 1;
else {
  tell.say(`The world goes on at ${page.url} until you press Ctrl+C.`);
  await new Promise((resolve) => process.once('SIGINT', resolve));
}
rmSync(join(folder, '..'), { recursive: true, force: true });

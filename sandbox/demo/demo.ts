import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { writeLive } from '../../examples/flights/months.ts';
import { prepareRepository } from '../../examples/flights/prepare.ts';
import { readConnections } from '../../src/rollout/connections.ts';
import { startPage } from '../page/page.ts';
import { connectionsOf, servingPlaces, startAirline, startModelServer } from '../serving/serving.ts';
import { startWorld } from '../world.ts';
import { type ActOutcome, playAct } from './play.ts';
import { playRelease, proposeChange, type ReleaseOutcome, watchedRollouts } from './play-release.ts';
import { narrator } from './progress.ts';
import { releaseActs, releasedModel } from './release-acts.ts';
import { acts } from './story.ts';

const out = join(import.meta.dirname, '../../out/demo');
const { values: flags } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
const started = performance.now();
process.once('SIGTERM', () => process.exit(1));
const tell = narrator((line) => console.log(line));

tell.say('Siskin: from a pull request to production, on this machine alone.\n');
const own = mkdtempSync(join(tmpdir(), 'siskin-demo-'));
const folder = join(own, 'flights');
const flights = join(own, 'live.json');
// The bundler holds half a gigabyte, which a process of its own gives back.
const building = promisify(execFile)(process.execPath, [join(import.meta.dirname, '../../scripts/build.ts')]);
await Promise.all([building, prepareRepository({ folder }), writeLive({ rows: 20_000, file: flights })]);
const places = await servingPlaces();
const read = readConnections({
  text: connectionsOf(places, 'acme/flights'),
  file: 'connections.yml',
  env: { SERVING_SECRET: places.secret },
});
if (read.kind === 'invalid') throw new Error(`expected connections, found ${JSON.stringify(read.problems)}`);
await using world = await startWorld({ onJob: tell.job, connections: read.connections });
world.github.createUser({ login: 'acme', kind: 'Organization' });
for (const login of ['ada', 'grace', 'linus']) world.github.createUser({ login });
world.github.addMembers({ organization: 'acme', logins: ['ada', 'grace', 'linus'] });
const repository = await world.adopt({ owner: 'acme', name: 'flights', fromFolder: folder });
for (const login of ['ada', 'grace', 'linus'])
  world.github.grantRole({ repository, login, role: login === 'ada' ? 'admin' : 'write' });
await using page = await startPage({
  apiUrl: world.github.apiUrl,
  token: world.github.userToken('ada'),
  rollouts: () => watchedRollouts(world, repository),
});
tell.follow(world);
tell.say(`Watch the pull requests at ${page.url}\n`);

const outcomes: ActOutcome[] = [];
for (const [index, act] of acts.entries()) {
  tell.say(`${index + 1}/${acts.length + releaseActs.length}  ${act.title}`);
  const outcome = await playAct(act, { world, repository });
  tellEnd(outcome, `, ${outcome.calls.reads} reads and ${outcome.calls.writes} writes of GitHub`);
  outcomes.push(outcome);
}

const predictions = `http://127.0.0.1:${places.predictions}/v2/models/${releasedModel}/infer`;
await using _server = await startModelServer({
  places,
  state: join(own, 'serving'),
  artifacts: `${world.github.url}/acme/flights/releases/download/`,
  token: world.github.userToken('ada'),
});
await using _airline = await startAirline({
  infer: predictions,
  model: releasedModel,
  flights,
  perSecond: 500,
  brokenOneIn: 20,
  port: places.airline,
});
tell.say(`Releases: an airline asks \`siskin serve\` 500 times a second at ${predictions}\n`);
const releases: ReleaseOutcome[] = [];
for (const [index, act] of releaseActs.entries()) {
  tell.say(`${acts.length + index + 1}/${acts.length + releaseActs.length}  ${act.title}`);
  const stage = { world, repository, predictions, tell: tell.happened };
  const next = releaseActs[index + 1];
  const outcome = await playRelease(act, stage, async () => {
    if (next !== undefined) await proposeChange(next, stage);
  });
  tellEnd(outcome, outcome.revert === null ? '' : `; #${outcome.revert} takes it back in git`);
  releases.push(outcome);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const isAsExpected = [...outcomes, ...releases].every(({ problems }) => problems.length === 0);
for (const { pullRequest } of [...outcomes, ...releases]) {
  for (const comment of pullRequest.comments) writeFileSync(join(out, `pull-${pullRequest.number}.md`), comment);
}
for (const { pullRequest, reports } of outcomes) {
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
  releases: releases.map(({ pullRequest, ...rest }) => ({
    ...rest,
    pullRequest: { ...pullRequest, comments: pullRequest.comments.map(() => `pull-${pullRequest.number}.md`) },
  })),
};
writeFileSync(join(out, 'summary.json'), JSON.stringify(summary, null, 2));
tell.say(
  `${isAsExpected ? 'Everything ended as expected' : 'Something did not end as expected'} after ${summary.seconds.toFixed(0)} s. Comments, reports and summary.json are in out/demo.`,
);

function tellEnd(
  { problems, seconds }: { readonly problems: readonly string[]; readonly seconds: number },
  more: string,
) {
  for (const problem of problems) tell.say(`      ✗ ${problem}`);
  tell.say(
    `      ${problems.length === 0 ? '✔ as expected' : '✗ not as expected'} after ${seconds.toFixed(1)} s${more}\n`,
  );
}

function reportFile({ number }: ActOutcome['pullRequest'], model: string): string {
  return `pull-${number}-${model}.html`;
}

if (flags.once) process.exitCode = isAsExpected ? 0 : 1;
else {
  tell.say(`The world goes on at ${page.url} until you press Ctrl+C.`);
  await new Promise((resolve) => process.once('SIGINT', resolve));
}
rmSync(own, { recursive: true, force: true });

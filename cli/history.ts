import { AppError } from '../src/error.ts';
import { nearest } from '../src/policy/nearest.ts';
import type { ModelHistory, ServingPeriod } from '../src/registry/model-history.ts';
import { readRegistry } from '../src/registry/read-registry.ts';
import { cacheFolder } from './cache-folder.ts';
import { type Command, exitCodes, flag, type Invocation, textOption } from './command.ts';
import { columns, dayAndTime, refuseWords } from './registry-lines.ts';
import { shownText } from './shown-text.ts';

/** `siskin history MODEL`: who served when, in each environment, from git alone. */
export const historyCommand: Command = {
  usage: 'history MODEL [--environment NAME] [--ref REF]',
  options: {
    environment: { type: 'string', value: 'NAME', help: 'of this environment only' },
    ref: { type: 'string', value: 'REF', help: 'as of this branch, tag or commit; HEAD by default' },
  },
  async run(invocation) {
    const { stdout, stderr } = invocation;
    const { history, notes } = await read(invocation);
    const environments = chosen(history, textOption(invocation, 'environment'));
    if (flag(invocation, 'json')) {
      const { unreadable: _, ...said } = history;
      stdout.write(`${JSON.stringify({ schema: 'siskin.history/v1', ...said, environments, notes })}\n`);
      return exitCodes.pass;
    }
    stdout.write(rendered({ ...history, environments }));
    for (const note of notes) stderr.write(`${note}\n`);
    return exitCodes.pass;
  },
};

async function read(
  invocation: Invocation,
): Promise<{ readonly history: ModelHistory; readonly notes: readonly string[] }> {
  const { folder } = invocation;
  refuseWords(invocation, { most: 1, usage: 'siskin history MODEL' });
  const model = invocation.positionals[0];
  if (!model) throw new AppError('bad-input', 'expected a model, found none; write `siskin history MODEL`');
  const options = { folder, ref: textOption(invocation, 'ref') ?? 'HEAD', cache: cacheFolder(folder) };
  // Only such a name can stand in a path of git without meaning more than itself.
  const isName = /^[a-z0-9][a-z0-9-]*$/.test(model);
  const registry = await readRegistry({ ...options, model: isName ? model : null });
  const history = registry.models.find((one) => one.model === model);
  if (history !== undefined) return { history, notes: registry.notes };
  const all = await readRegistry({ ...options, model: null });
  const known = all.models.map((one) => one.model);
  const meant = nearest(model, known);
  const advice = meant === null ? 'see `siskin models`' : `did you mean \`siskin history ${meant}\`?`;
  throw new AppError(
    'not-found',
    `expected a model that was released here, found ${JSON.stringify(model.slice(0, 100))}; ${advice}`,
  );
}

function chosen(history: ModelHistory, name: string | undefined): ModelHistory['environments'] {
  if (name === undefined) return history.environments;
  const periods = Object.hasOwn(history.environments, name) ? history.environments[name] : undefined;
  if (periods !== undefined) return { [name]: periods };
  const known = Object.keys(history.environments);
  throw new AppError(
    'not-found',
    `expected --environment to be one that ${history.model} was released to, found ${JSON.stringify(name.slice(0, 100))}; ${known.length === 0 ? 'there is none yet' : `there are ${known.join(', ')}`}`,
  );
}

function rendered(history: ModelHistory): string {
  const environments = Object.entries(history.environments).map(
    ([name, periods]) => `\n${name}\n${columns(periods.map(periodRow))}`,
  );
  const versions = history.versions.map(({ version, since, tag, isActive, digest }) => [
    `  ${version}`,
    dayAndTime(since),
    tag === null ? 'no tag' : `${tag}${isActive ? '' : ' (taken back)'}`,
    digest === null ? '' : digest.slice(0, 19),
  ]);
  const rejected = history.rejected.map(({ digest, version, environment, at, reason }) => [
    `  ${version}`,
    digest.slice(0, 19),
    environment,
    dayAndTime(at),
    shownText(reason, 120),
  ]);
  return [
    `${history.model}: ${history.version === null ? 'no version' : `newest is ${history.version}`}\n`,
    ...environments,
    ...(versions.length > 0 ? [`\nversions\n${columns(versions)}`] : []),
    ...(rejected.length > 0 ? [`\nrejected\n${columns(rejected)}`] : []),
  ].join('');
}

function periodRow(period: ServingPeriod): readonly string[] {
  const { version, since, until, source, by, assigned } = period;
  return [
    `  ${version}`,
    dayAndTime(since),
    until === null ? 'until now' : `until ${dayAndTime(until)}`,
    `by ${shownText(by, 40)}`,
    /^[0-9a-f]{40,64}$/.test(source) ? source.slice(0, 9) : source,
    assigned === null ? 'no tag' : `${assigned.tag} at ${dayAndTime(assigned.at)}`,
  ];
}

import type { ModelHistory, ServingPeriod } from '../src/registry/model-history.ts';
import { readRegistry } from '../src/registry/read-registry.ts';
import { cacheFolder } from './cache-folder.ts';
import { type Command, exitCodes, flag, textOption } from './command.ts';
import { columns, dayAndTime, refuseWords } from './registry-lines.ts';

/** `siskin models`: which versions exist and which environment serves which since when, from git alone. */
export const modelsCommand: Command = {
  usage: 'models [--ref REF]',
  options: {
    ref: { type: 'string', value: 'REF', help: 'as of this branch, tag or commit; HEAD by default' },
  },
  async run(invocation) {
    const { folder, stdout, stderr } = invocation;
    refuseWords(invocation, { most: 0, usage: 'siskin models' });
    const ref = textOption(invocation, 'ref') ?? 'HEAD';
    const registry = await readRegistry({ folder, ref, model: null, cache: cacheFolder(folder) });
    if (flag(invocation, 'json')) {
      const models = registry.models.map((one) => ({
        model: one.model,
        version: one.version,
        versions: one.versions,
        environments: serving(one),
        rejected: one.rejected,
      }));
      stdout.write(`${JSON.stringify({ schema: 'siskin.models/v1', models, notes: registry.notes })}\n`);
      return exitCodes.pass;
    }
    const rows = registry.models.flatMap(rowsOf);
    stdout.write(rows.length === 0 ? 'No model was released here.\n' : columns([heading, ...rows]));
    for (const note of registry.notes) stderr.write(`${note}\n`);
    return exitCodes.pass;
  },
};

const heading = ['MODEL', 'VERSIONS', 'NEWEST', 'ENVIRONMENT', 'SERVES', 'SINCE', 'CONFIRMED BY'];

function rowsOf(model: ModelHistory): readonly (readonly string[])[] {
  const rows = Object.entries(serving(model)).map(([environment, period]) => [
    environment,
    period.version,
    dayAndTime(period.since),
    period.assigned?.tag ?? 'no tag yet',
  ]);
  const all = rows.length === 0 ? [['nowhere', '', '', '']] : rows;
  return all.map((row, index) =>
    index === 0 ? [model.model, String(model.versions.length), model.version ?? '', ...row] : ['', '', '', ...row],
  );
}

function serving({ environments }: ModelHistory): Readonly<Record<string, ServingPeriod>> {
  const now = Object.entries(environments).flatMap(([environment, [newest]]): readonly [string, ServingPeriod][] =>
    newest?.until === null ? [[environment, newest]] : [],
  );
  return Object.fromEntries(now);
}

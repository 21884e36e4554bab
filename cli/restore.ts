import { resolve } from 'node:path';
import { openDatabase } from '../src/store/place.ts';
import { restore } from '../src/store/restore.ts';
import { type Command, exitCodes, flag, requiredOption } from './command.ts';
import { placeIn, shownPlace } from './database-place.ts';

/** `siskin restore`: fills an empty database, of either kind, from a backup. */
export const restoreCommand: Command = {
  usage: 'restore --from FILE',
  options: {
    from: { type: 'string', value: 'FILE', help: 'a file that `siskin backup` wrote' },
  },
  async run(invocation) {
    const { folder, stdout } = invocation;
    const file = resolve(folder, requiredOption(invocation, 'from'));
    const place = placeIn(folder);
    await using database = await openDatabase(place);
    const { rows, head } = await restore(database, { file });
    stdout.write(
      flag(invocation, 'json')
        ? `${JSON.stringify({ file, rows, ...head })}\n`
        : `Restored ${shownPlace(place)}: ${rows} rows as they were at ${head.at}; start the App, and it goes on\n`,
    );
    return exitCodes.pass;
  },
};

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '../src/error.ts';
import { backUp } from '../src/store/backup.ts';
import { openDatabase } from '../src/store/place.ts';
import { type Command, exitCodes, flag, requiredOption } from './command.ts';
import { placeIn, shownPlace } from './database-place.ts';

/** `siskin backup`: everything that the App keeps, as it is at one instant, in one file. */
export const backupCommand: Command = {
  usage: 'backup --to FILE',
  options: {
    to: { type: 'string', value: 'FILE', help: 'the file to write; it must not be there yet' },
  },
  async run(invocation) {
    const { folder, stdout } = invocation;
    const file = resolve(folder, requiredOption(invocation, 'to'));
    const place = placeIn(folder);
    if (place.kind === 'folder' && !existsSync(join(place.path, 'postgres'))) {
      throw new AppError(
        'not-found',
        `expected a database in ${place.path}, found none; set SISKIN_DATA or DATABASE_URL as for the App`,
      );
    }
    await using database = await openDatabase(place);
    const { rows, schema } = await backUp(database, { file, at: new Date() });
    stdout.write(
      flag(invocation, 'json')
        ? `${JSON.stringify({ file, rows, schema })}\n`
        : `Backed up ${shownPlace(place)}: ${rows} rows of schema ${schema} in ${file}\n`,
    );
    return exitCodes.pass;
  },
};

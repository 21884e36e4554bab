import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { openPostgres } from '../../src/store/postgres.ts';

/** Speaks as much of PostgreSQL's protocol as answers `select 1`, and fails as each statement asks it to. */
let server: Server;
let db: Database;
beforeAll(async () => {
  server = createServer(answerAll);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  db = await openPostgres(`postgres://siskin:secret@127.0.0.1:${port}/siskin?sslmode=disable`);
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
  server.close();
});

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

const text = (value: string) => Buffer.from(`${value}\0`);
const ready = message('Z', Buffer.from('I'));
const done = Buffer.concat([message('C', text('SELECT 0')), ready]);
const failure = (code: string) =>
  message('E', text('SERROR'), text(`C${code}`), text(`Mfailed with ${code}`), Buffer.from('\0'));

function answerAll(socket: Socket): void {
  socket.on('error', () => {});
  let isGreeted = false;
  socket.on('data', (data) => {
    if (!isGreeted) {
      isGreeted = true;
      socket.write(Buffer.concat([message('R', Buffer.alloc(4)), ready]));
      return;
    }
    const sql = data.toString('utf8', 5).replaceAll('\0', '');
    const [, how = '', code = ''] = /^(fail|cut) (\w+)$/.exec(sql) ?? [];
    if (how === 'fail') socket.write(Buffer.concat([failure(code), ready]));
    else if (code === 'later') socket.end(done);
    else if (how === 'cut') socket.destroy();
    else if (sql === 'swallow') return;
    else socket.write(done);
  });
}

async function thrownBy(sql: string): Promise<unknown> {
  return await db.transaction((tx) => tx.query(sql)).catch((thrown: unknown) => thrown);
}

describe('a PostgreSQL server', () => {
  it.each([
    ['a deadlock', 'fail 40P01', 'conflict'],
    ['two transactions that do not fit together', 'fail 40001', 'conflict'],
    ['a restart', 'fail 57P01', 'unavailable'],
    ['too many connections', 'fail 53300', 'unavailable'],
    ['a full disk', 'fail 53100', 'unavailable'],
    ['a primary that became a standby', 'fail 25006', 'unavailable'],
    ['a connection that ends in the middle', 'cut off', 'unavailable'],
  ])('may be asked again after %s', async (_, sql, code) => {
    expect(await thrownBy(sql)).toMatchObject({ name: 'AppError', code });
    expect(await db.query('select 1')).toEqual([]);
  });

  it('may go away between two statements without taking the process with it', async () => {
    const lost = db.transaction(async (tx) => {
      await tx.query('cut later');
      await setTimeout(50);
      await tx.query('select 1');
    });

    await expect(lost).rejects.toMatchObject({ name: 'AppError', code: 'unavailable' });
    expect(await db.query('select 1')).toEqual([]);
  });

  it('that says nothing any more is given up after a while, and its connection with it', async () => {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const url = `postgres://siskin:secret@127.0.0.1:${port}/siskin?sslmode=disable`;
    await using impatient = await openPostgres(url, { answerWithinMs: 100 });

    await expect(impatient.transaction((tx) => tx.query('swallow'))).rejects.toMatchObject({
      name: 'AppError',
      code: 'unavailable',
    });
    expect(await impatient.query('select 1')).toEqual([]);
  });

  it('is not asked again what it never could do', async () => {
    expect(await thrownBy('fail 42601')).toMatchObject({ name: 'error', code: '42601' });
    expect(await thrownBy('fail 23505')).toMatchObject({ name: 'error', code: '23505' });
  });

  it('never shows its password when it fails', async () => {
    expect(String(await thrownBy('cut off'))).not.toContain('secret');
  });
});

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../src/make-folder.ts';
import { temporaryFolder } from './data/temporary-folder.ts';

it('makes what is missing of a folder, once and again, for its owner only where that is wanted', () => {
  using folder = temporaryFolder({});
  const path = join(folder.path, 'a/b/c');
  makeFolder(path, 0o700);
  makeFolder(path, 0o700);

  expect(statSync(path).mode & 0o777).toBe(0o700);
});

it('ends where no folder can be', () => {
  using folder = temporaryFolder({ file: 'x' });

  expect(() => makeFolder(join(folder.path, 'file/below'))).toThrow(/ENOTDIR|EEXIST/);
  if (existsSync('/proc/self')) expect(() => makeFolder('/proc/siskin/cache')).toThrow(/ENOENT|EACCES/);
});

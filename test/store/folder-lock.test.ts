import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockFolder } from '../../src/store/folder-lock.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'siskin-lock-'));

it('refuses a folder that a living process uses, and names it', () => {
  const data = folder();
  writeFileSync(join(data, 'siskin.pid'), String(process.ppid));

  expect(() => lockFolder(data)).toThrow(`found that process ${process.ppid} uses it`);
});

it('takes over what a killed process left, and a file that says nothing', () => {
  for (const left of ['2147483646', '', 'nonsense']) {
    const data = folder();
    writeFileSync(join(data, 'siskin.pid'), left);

    using _lock = lockFolder(data);

    expect(readFileSync(join(data, 'siskin.pid'), 'utf8')).toBe(String(process.pid));
  }
});

it('refuses a folder that this process itself has open', () => {
  const data = folder();
  using _lock = lockFolder(data);

  expect(() => lockFolder(data)).toThrow('uses it');
});

it('gives the folder back', () => {
  const data = folder();
  {
    using _lock = lockFolder(data);
  }

  expect(() => readFileSync(join(data, 'siskin.pid'))).toThrow('ENOENT');
});

it('says what is wrong with a folder that cannot be written', () => {
  expect(() => lockFolder('/dev/null/data')).toThrow(/^expected a data folder that can be written, found .*; check/);
});

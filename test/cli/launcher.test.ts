import { execFileSync } from 'node:child_process';
import { mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { siskin } from './siskin.ts';

it('runs from any folder, through a link, on a machine with another Node or none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'siskin-launcher-'));
  symlinkSync(join(import.meta.dirname, '../../cli/siskin'), join(folder, 'siskin'));

  const version = execFileSync(join(folder, 'siskin'), ['--version'], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin' },
    encoding: 'utf8',
  });

  expect(version).toBe('0.1.0\n');
});

it('says how a value is written that begins with a dash', async () => {
  const { exit, err } = await siskin(tmpdir(), ['drift', '--effect', '-1']);

  expect(exit).toBe(2);
  expect(err).toContain('expected a value after --effect, found a word that begins with a dash; write `--effect=…`');
});

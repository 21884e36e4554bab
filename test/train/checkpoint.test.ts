import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkpointArtifact, checkpointIn } from '../../src/run-plan.ts';
import { lookAtCheckpoint } from '../../src/train/checkpoint.ts';
import { temporaryFolder } from '../data/temporary-folder.ts';

it('is nothing where nothing was saved, or where the folder is not there', () => {
  using folder = temporaryFolder();
  mkdirSync(join(folder.path, 'empty/inner'), { recursive: true });

  expect([lookAtCheckpoint(join(folder.path, 'empty')), lookAtCheckpoint(join(folder.path, 'none'))]).toEqual([
    null,
    null,
  ]);
});

it('is another one once a file was written again, and the same as long as none was', () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'epoch/weights.bin');
  mkdirSync(join(folder.path, 'epoch'));
  writeFileSync(file, 'one');
  const first = lookAtCheckpoint(folder.path);
  const again = lookAtCheckpoint(folder.path);
  writeFileSync(file, 'two');
  utimesSync(file, new Date(), new Date(Date.now() + 5000));
  const later = lookAtCheckpoint(folder.path);

  expect(first).toEqual(again);
  expect(first).toMatchObject({ files: 1, bytes: 3 });
  expect(later?.digest).not.toBe(first?.digest);
});

it('follows no link out of its folder', () => {
  using folder = temporaryFolder();
  symlinkSync('/etc', join(folder.path, 'etc'));

  expect(lookAtCheckpoint(folder.path)).toBeNull();
});

it('is told by the name of an artifact, of its own model only', () => {
  const name = checkpointArtifact('late', `sha256:${'ab'.repeat(32)}`);

  expect([
    name,
    checkpointIn(name, 'late'),
    checkpointIn(name, 'lat'),
    checkpointIn('siskin-model-late', 'late'),
  ]).toEqual(['siskin-checkpoint-late.abababababababab', 'abababababababab', null, null]);
});

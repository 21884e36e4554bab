import { expect } from 'vitest';
import { exitCodes } from '../../../cli/command.ts';
import { siskin } from '../../cli/siskin.ts';
import { temporaryFolder } from '../../data/temporary-folder.ts';
import { holdout } from './broken-files.ts';

const usual = `hour,late\n${Array.from({ length: 200 }, (_, i) => `${i % 24},${i % 2}`).join('\n')}\n`;
const scores = `probability\n${'0.5\n'.repeat(200)}`;

/** Runs a command in a folder that holds these files. What it says is checked here for all. */
export async function outcome(args: readonly string[], files: Readonly<Record<string, string | Uint8Array>>) {
  using folder = temporaryFolder({ 'usual.csv': usual, 'holdout.csv': holdout, 'scores.csv': scores, ...files });
  const { exit, out: printed, err } = await siskin(folder.path, [...args, '--json']);
  const said = err.replaceAll(/\r?[^\n]*\r/g, '');
  if (exit === exitCodes.badInput) expect(said).toMatch(/^siskin[^\n]*expected [\s\S]*found [\s\S]*\n +do: \S/m);
  else expect([exitCodes.pass, exitCodes.gateFailed, exitCodes.inconclusive]).toContain(exit);
  // One document, or none and a message.
  if (printed !== '') expect(() => JSON.parse(printed)).not.toThrow();
  else expect(exit).toBe(exitCodes.badInput);
  expect(said).not.toMatch(/\bat .*\.ts:\d+|undefined|\[object/);
  expect(said.length).toBeLessThan(3000);
  return { exit, said };
}

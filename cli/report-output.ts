import { writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { AppError, messageOf } from '../src/error.ts';
import { renderReports } from '../src/render/report/report.ts';
import type { Subject } from '../src/render/report/subject.ts';
import { runningSoftware } from '../src/report/software.ts';
import { type TerminalMeasurements, terminalSubject } from '../src/report/terminal-subject.ts';
import { type CommandOptions, type Invocation, textOption } from './command.ts';

/** The option of every command that measures something. */
export const htmlOption: CommandOptions = {
  html: { type: 'string', value: 'FILE', help: 'also write a report for people: one HTML file that needs no network' },
};

/** Writes what a command measured as an HTML report, if `--html` asks for it. */
export function writeReport(
  invocation: Invocation,
  measurements: Omit<TerminalMeasurements, 'commands' | 'title'> & { readonly about: string },
): void {
  const { about, measured, ...rest } = measurements;
  if (textOption(invocation, 'html') === undefined) return;
  const subject = terminalSubject({
    ...rest,
    title: basename(about),
    measured: { ...measured, software: runningSoftware() },
    commands: [['siskin', ...invocation.args]],
  });
  writePage(invocation, [subject]);
}

/** Throws `bad-input` where `--html` was asked for together with an option whose outcome is no report. */
export function refuseReport(invocation: Invocation, option: string): void {
  const { values } = invocation;
  if (values['html'] === undefined || values[option] === undefined) return;
  throw new AppError(
    'bad-input',
    `expected --html or --${option}, found both; leave one out: a report shows Siskin's own comparison`,
  );
}

/** Writes a page on some subjects to `--html` and says so to who watches. Throws `bad-input` where it cannot be written. */
export function writePage(invocation: Invocation, subjects: readonly Subject[], usual?: string): string {
  const file = textOption(invocation, 'html') ?? usual ?? '';
  if (file.trim() === '') throw new AppError('bad-input', 'expected --html FILE, found no name; add e.g. report.html');
  const page = renderReports(subjects);
  try {
    writeFileSync(resolve(invocation.folder, file), page);
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `expected to write the report to ${file}, found: ${messageOf(cause)}; name a file in a folder that exists`,
      { cause },
    );
  }
  invocation.stderr.write(`wrote ${file}\n`);
  return file;
}

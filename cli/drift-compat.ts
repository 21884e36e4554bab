import { type CompatReport, type CompatTool, compareAs, compatTools } from '../src/drift/compat/compat-report.ts';
import { AppError } from '../src/error.ts';
import { type ExitCode, exitCodes, flag, type Invocation, listOption, textOption } from './command.ts';
import { openFiles } from './open-files.ts';
import { shownText } from './shown-text.ts';

/** `siskin drift --compat <tool>`: the numbers and verdicts of another tool, from the data files themselves. */
export async function driftAs(invocation: Invocation): Promise<ExitCode> {
  const tool = textOption(invocation, 'compat');
  if (!isCompatTool(tool)) {
    const known = Object.keys(compatTools).join(' or ');
    throw new AppError('bad-config', `expected --compat to be ${known}, found ${JSON.stringify(tool)}; correct it`);
  }
  const { folder } = invocation;
  await using reference = await openFiles({ folder, paths: pathsOf(invocation, 'reference') });
  await using current = await openFiles({ folder, paths: pathsOf(invocation, 'current') });
  const report = await compareAs(tool, { reference, current });
  const text = flag(invocation, 'json') ? JSON.stringify(report) : rendered(report);
  invocation.stdout.write(`${text}\n`);
  if (report.verdict === 'not-assessed') return exitCodes.inconclusive;
  return report.verdict === 'moved' && textOption(invocation, 'rule') === 'fail'
    ? exitCodes.gateFailed
    : exitCodes.pass;
}

function isCompatTool(tool: string | undefined): tool is CompatTool {
  return tool !== undefined && Object.hasOwn(compatTools, tool);
}

function pathsOf(invocation: Invocation, side: 'reference' | 'current'): readonly string[] {
  const paths = listOption(invocation, side);
  if (paths.length === 0 || paths.some((path) => /profile[^/]*\.json$/.test(path))) {
    const found = paths.length === 0 ? 'none' : 'a profile, which keeps no values';
    throw new AppError('bad-input', `expected --${side} FILE with data, found ${found}; name data files`);
  }
  return paths;
}

function rendered(report: CompatReport): string {
  const lines = Object.entries(report.columns).map(([name, column]) => {
    const shown = `  ${shownText(name, 24).padEnd(24)}`;
    if (column.verdict === 'not-assessed') return `${shown}  not assessed`;
    const value = column.value === null ? 'no number' : column.value.toPrecision(6);
    return `${shown}  ${column.chosen} ${value} (threshold ${Number(column.threshold.toPrecision(6))})  ${column.verdict}`;
  });
  const tool = `${report.compat} ${compatTools[report.compat]}`;
  return [...lines, `  as ${tool} with its defaults: ${report.verdict.replace('-', ' ')}`].join('\n');
}

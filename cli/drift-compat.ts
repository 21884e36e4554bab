import { type CompatReport, type CompatTool, compareAs, compatTools } from '../src/drift/compat/compat-report.ts';
import { type TfdvMeasure, type TfdvThresholds, tfdvMeasures } from '../src/drift/compat/tfdv.ts';
import { AppError } from '../src/error.ts';
import { type ExitCode, exitCodes, flag, type Invocation, listOption, textOption } from './command.ts';
import { readingOf } from './data-options.ts';
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
  await using reference = await openFiles({
    folder,
    paths: pathsOf(invocation, 'reference'),
    reading: readingOf(invocation),
  });
  await using current = await openFiles({
    folder,
    paths: pathsOf(invocation, 'current'),
    reading: readingOf(invocation),
  });
  const report = await compareAs(tool, { reference, current, thresholds: thresholdsOf(invocation, tool) });
  const text = flag(invocation, 'json') ? JSON.stringify(report) : rendered(report);
  invocation.stdout.write(`${text}\n`);
  if (report.verdict === 'not-assessed') return exitCodes.inconclusive;
  return report.verdict === 'moved' && textOption(invocation, 'rule') === 'fail'
    ? exitCodes.gateFailed
    : exitCodes.pass;
}

/** Of `--threshold [MEASURE=]NUMBER`. A bare number is that of the largest difference of texts and of the divergence of numbers. */
function thresholdsOf(invocation: Invocation, tool: CompatTool): TfdvThresholds {
  const given = listOption(invocation, 'threshold');
  const example = '`--threshold 0.1` or `--threshold jensen-shannon=0.1`';
  if (tool !== 'tfdv') {
    if (given.length === 0) return {};
    throw new AppError('bad-config', `expected no --threshold for ${tool}, which has its own, found one; leave it out`);
  }
  if (given.length === 0) {
    throw new AppError(
      'bad-config',
      `expected --threshold NUMBER, since tfdv has none of its own, found none; add e.g. ${example}`,
    );
  }
  const thresholds: Partial<Record<TfdvMeasure | 'usual', number>> = {};
  for (const text of given) {
    const [, name, digits = ''] = /^(?:([a-z-]+)=)?(\d*\.?\d+(?:e-?\d+)?)$/i.exec(text) ?? [];
    const measure = name === undefined ? 'usual' : tfdvMeasures.find((one) => one === name);
    if (digits === '' || measure === undefined) {
      const known = tfdvMeasures.join(', ');
      throw new AppError(
        'bad-config',
        `expected --threshold to be a number, or one of ${known} with =NUMBER, found ${JSON.stringify(text)}; write e.g. ${example}`,
      );
    }
    thresholds[measure] = Number(digits);
  }
  return thresholds;
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
  const bounds = report.compat === 'tfdv' ? 'the given thresholds' : 'its defaults';
  return [...lines, `  as ${tool} with ${bounds}: ${report.verdict.replace('-', ' ')}`].join('\n');
}

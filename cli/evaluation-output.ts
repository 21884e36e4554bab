import { type DecidingGate, decidingGates, specialGates } from '../src/decide/gate-name.ts';
import { judgeGates, judgeServing, judgeTreatment } from '../src/decide/judge.ts';
import type { FairnessVerdict, GateVerdict } from '../src/decide/judgement.ts';
import type { Evaluation, EvaluationProgress } from '../src/evaluate/evaluate.ts';
import type { ServingCost } from '../src/evaluate/serving/serving-report.ts';
import type { ModelPolicy } from '../src/policy/policy.ts';
import { fairnessLegend, fairnessRows, groupRows, rateTitles } from '../src/render/fairness-table.ts';
import { metricWords } from '../src/render/metric-table.ts';
import { bytes, count, milliseconds, percent } from '../src/render/number.ts';
import { verdictOutcome } from '../src/render/outcome.ts';
import { type Measurement, type Verdict, worst } from '../src/verdict.ts';
import { type ExitCode, exitCodes, type Invocation } from './command.ts';
import { explanationLines } from './explanation-lines.ts';
import { progress } from './progress.ts';
import { writeReport } from './report-output.ts';
import { shownText } from './shown-text.ts';
import { taskLines } from './task-lines.ts';

/** The exit status of a verdict. */
export const exitOf: Readonly<Record<Verdict, ExitCode>> = {
  pass: exitCodes.pass,
  fail: exitCodes.gateFailed,
  inconclusive: exitCodes.inconclusive,
  error: exitCodes.badInput,
};

/** Prints an evaluation with the verdict of its gates, as a table or as one JSON document, and returns the exit status. */
export function printEvaluation(
  evaluation: Evaluation,
  options: {
    readonly policy: ModelPolicy;
    readonly invocation: Invocation;
    readonly isJson: boolean;
    readonly about: string;
  },
): ExitCode {
  const { report, failures } = evaluation;
  const { policy, invocation, isJson } = options;
  const gates = judgeGates({ policy, result: { evaluation: report, failures: [] } });
  const fairness = judgeTreatment({ policy, result: { evaluation: report, failures: [] } });
  const { slices: sliceGates, edge } = judgeServing({ policy, result: { evaluation: report, failures: [] }, gates });
  const deciding = decidingGates({ gates, fairness, slices: sliceGates, edge });
  const verdict = worst(deciding.map((gate) => gate.verdict));
  writeReport(invocation, {
    about: options.about,
    measured: { evaluation: report, failures: failures.map((failure) => ({ part: 'evaluation', ...failure })) },
    gates,
    fairness,
    slices: sliceGates,
    edge,
  });
  if (isJson) {
    const metrics = Object.fromEntries(
      gates.map(({ metric, comparison, kind, bound, limit, verdict, reason }) => [
        metric,
        { ...comparison, kind, bound, limit, verdict, reason },
      ]),
    );
    const treatment = report.fairness === undefined ? {} : { fairness: { ...report.fairness, gates: fairness } };
    const judged = {
      ...(report.slicesGate === undefined ? {} : { slicesGate: { ...report.slicesGate, gates: sliceGates } }),
      ...(edge.length === 0 ? {} : { edge }),
    };
    const document = { ...report, metrics, ...treatment, ...judged, failures, verdict };
    invocation.stdout.write(`${JSON.stringify(document)}\n`);
    return exitOf[verdict];
  }
  const lines = [
    ...table(gates),
    ...slices(report),
    ...gateLines(specialGates({ fairness: [], slices: sliceGates, edge })),
    ...treatment(report, fairness),
    ...servingLines(report),
    ...explained(report),
    ...taskLines(report),
    ...rest(evaluation),
    `verdict: ${verdictOutcome(verdict).word}${deciding.length === 0 ? ' (nothing has a bound, so nothing is decided: add --gate or --champion)' : ''}`,
  ];
  invocation.stdout.write(`${lines.join('\n')}\n`);
  return exitOf[verdict];
}

/** Progress of a long evaluation: rows, rate and time left; on one line of a terminal, every ten seconds elsewhere. */
export function progressLine(stderr: Invocation['stderr']): (progress: EvaluationProgress) => void {
  const shown = progress({ stderr, what: 'evaluate', unit: 'rows' });
  return ({ rows, totalRows }) => {
    if (rows < totalRows) shown.update(rows, totalRows);
    else shown.end();
  };
}

function table(gates: readonly GateVerdict[]): readonly string[] {
  const rows = gates.map((gate) => {
    const words = metricWords(gate);
    const verdict = gate.kind === 'info' ? 'shown only' : verdictOutcome(gate.verdict).word;
    const reason = gate.reason === '' ? verdict : `${verdict}: ${gate.reason}`;
    return [words.title, words.champion, words.candidate, words.difference, gate.bound, reason];
  });
  return aligned([['metric', 'champion', 'candidate', 'difference', 'gate', 'verdict'], ...rows]);
}

function aligned(written: readonly (readonly string[])[]): readonly string[] {
  // Values of columns may hold anything.
  const rows = written.map((cells) => cells.map((cell) => shownText(cell, 400)));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column > 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

function slices({ slices }: Evaluation['report']): readonly string[] {
  if (slices.length === 0) return [];
  const rows = slices.map(({ column, value, rows, metrics }) => {
    const [metric] = Object.entries(metrics);
    const [name, comparison] = metric ?? [];
    if (name === undefined || comparison === undefined)
      return [`${column} = ${value}`, count(rows), '', 'not assessed: too few rows'];
    // The keys of `metrics` are metric names: the schema of the report says so.
    const words = metricWords({ metric: name as GateVerdict['metric'], comparison });
    return [`${column} = ${value}`, count(rows), words.candidate, `${words.title} ${words.difference}`];
  });
  return ['', ...aligned([['slice', 'rows', 'candidate', 'difference'], ...rows])];
}

function gateLines(gates: readonly DecidingGate[]): readonly string[] {
  if (gates.length === 0) return [];
  const rows = gates.map(({ title, bound, verdict, reason }) => [
    title,
    bound,
    [verdictOutcome(verdict).word, reason].filter((part) => part !== '').join(': '),
  ]);
  return ['', ...aligned([['gate', 'bound', 'verdict'], ...rows])];
}

function servingLines({ serving }: Evaluation['report']): readonly string[] {
  if (serving === undefined) return [];
  const { candidate, champion } = serving;
  const rows = servingRows.map(({ title, words }) => [
    title,
    champion === null ? '' : words(champion),
    words(candidate),
  ]);
  return ['', ...aligned([['cost of serving', 'champion', 'candidate'], ...rows])];
}

const servingRows: readonly { readonly title: string; readonly words: (cost: ServingCost) => string }[] = [
  { title: 'size', words: (cost) => bytes(cost.bytes) },
  {
    title: 'operators',
    words: ({ operators }) =>
      operators === null ? 'unknown' : `${count(operators.total)} of ${operators.kinds.length} kinds`,
  },
  { title: 'throughput', words: ({ throughput }) => known(throughput, (value) => `${count(value)} rows/s`) },
  { title: 'one row, one thread', words: ({ singleThread }) => known(singleThread.median, milliseconds) },
  { title: 'peak memory', words: ({ peakMemory }) => known(peakMemory, bytes) },
  {
    title: 'WebAssembly',
    words: ({ wasm }) =>
      wasm.runs === null ? `unknown: ${wasm.reason}` : wasm.runs ? 'runs' : `does not run: ${wasm.reason}`,
  },
];

function known(measurement: Measurement, words: (value: number) => string): string {
  return measurement.kind === 'value' ? words(measurement.value) : `unknown: ${measurement.reason}`;
}

function treatment({ fairness }: Evaluation['report'], verdicts: readonly FairnessVerdict[]): readonly string[] {
  if (fairness === undefined) return [];
  const measures = fairnessRows(fairness, verdicts).map((row) => [
    `${row.title} by ${row.columns.join(' × ')}`,
    row.champion,
    row.candidate,
    row.difference,
    row.bound,
    [row.verdict ?? 'shown only', row.reason].filter((part) => part !== '').join(': '),
  ]);
  const groups = groupRows(fairness).map(({ columns, values, rows, rates }) => [
    columns.map((column, place) => `${column} = ${values[place] ?? ''}`).join(', '),
    rows,
    ...rates,
  ]);
  return [
    '',
    ...aligned([['fairness', 'champion', 'candidate', 'difference', 'gate', 'verdict'], ...measures]),
    '',
    ...aligned([['group', 'rows', ...rateTitles], ...groups]),
    ...fairnessLegend(fairness),
  ];
}

function explained({ explanation, champion }: Evaluation['report']): readonly string[] {
  return explanation === undefined ? [] : ['', ...explanationLines(explanation, { isCompared: champion !== null })];
}

function rest({ report, failures }: Evaluation): readonly string[] {
  const churn = report.churn;
  const changed =
    churn === null
      ? []
      : [
          `${count(churn.changed)} of ${count(churn.rows)} predictions changed (${percent(churn.changed / churn.rows)})`,
        ];
  const flipped =
    churn?.flips === undefined || churn.flips.length === 0
      ? []
      : [
          `${count(churn.regressions ?? 0)} for the worse, ${count(churn.improvements ?? 0)} for the better; first rows: ${churn.flips
            .slice(0, 10)
            .map(({ row, id, kind }) => `${id === null ? `row ${row}` : shownText(id, 40)} (${kind})`)
            .join(', ')}`,
        ];
  const use =
    report.holdout === undefined
      ? []
      : [
          `look ${report.holdout.look}${report.holdout.planned === null ? '' : ` of ${report.holdout.planned}`} of this holdout, each interval at an error of ${report.holdout.alpha.toPrecision(2)}`,
          ...(report.holdout.warning === null ? [] : [report.holdout.warning]),
        ];
  return ['', ...changed, ...flipped, `${count(report.rows)} rows`, ...use, ...failures.map(({ message }) => message)];
}

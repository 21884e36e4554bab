import { judgeGates, judgeTreatment } from '../src/decide/judge.ts';
import type { FairnessVerdict, GateVerdict } from '../src/decide/judgement.ts';
import type { Evaluation, EvaluationProgress } from '../src/evaluate/evaluate.ts';
import type { ModelPolicy } from '../src/policy/policy.ts';
import { fairnessLegend, fairnessRows, groupRows, rateTitles } from '../src/render/fairness-table.ts';
import { metricWords } from '../src/render/metric-table.ts';
import { count, percent } from '../src/render/number.ts';
import { verdictOutcome } from '../src/render/outcome.ts';
import { type Verdict, worst } from '../src/verdict.ts';
import { type ExitCode, exitCodes, type Invocation } from './command.ts';
import { writeReport } from './report-output.ts';

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
  const deciding = [...gates.filter((gate) => gate.kind !== 'info'), ...fairness];
  const verdict = worst(deciding.map((gate) => gate.verdict));
  writeReport(invocation, {
    about: options.about,
    measured: { evaluation: report, failures: failures.map((failure) => ({ part: 'evaluation', ...failure })) },
    gates,
    fairness,
  });
  if (isJson) {
    const metrics = Object.fromEntries(
      gates.map(({ metric, comparison, kind, bound, limit, verdict, reason }) => [
        metric,
        { ...comparison, kind, bound, limit, verdict, reason },
      ]),
    );
    const treatment = report.fairness === undefined ? {} : { fairness: { ...report.fairness, gates: fairness } };
    invocation.stdout.write(`${JSON.stringify({ ...report, metrics, ...treatment, failures, verdict })}\n`);
    return exitOf[verdict];
  }
  const lines = [
    ...table(gates),
    ...slices(report),
    ...treatment(report, fairness),
    ...rest(evaluation),
    `verdict: ${verdictOutcome(verdict).word}`,
  ];
  invocation.stdout.write(`${lines.join('\n')}\n`);
  return exitOf[verdict];
}

/** Progress of a long evaluation on one line of a terminal; nothing is written where lines cannot be rewritten. */
export function progressLine(stderr: Invocation['stderr']): (progress: EvaluationProgress) => void {
  const start = performance.now();
  let shownAt = start + 2000;
  let isShown = false;
  return ({ rows, totalRows }) => {
    const now = performance.now();
    if (stderr.isTTY !== true || (now < shownAt && !(isShown && rows === totalRows))) return;
    shownAt = now + 200;
    isShown = true;
    const rate = rows / ((now - start) / 1000);
    const left = Math.ceil((totalRows - rows) / rate);
    const line = `evaluate ${count(rows)}/${count(totalRows)} rows, ${count(rate)} rows/s, ${left} s left`;
    stderr.write(rows === totalRows ? '\r\u001b[K' : `\r\u001b[K${line}`);
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

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
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
      return [`${column} = ${value}`, count(rows), '', 'too few rows'];
    // The keys of `metrics` are metric names: the schema of the report says so.
    const words = metricWords({ metric: name as GateVerdict['metric'], comparison });
    return [`${column} = ${value}`, count(rows), words.candidate, `${words.title} ${words.difference}`];
  });
  return ['', ...aligned([['slice', 'rows', 'candidate', 'difference'], ...rows])];
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

function rest({ report, failures }: Evaluation): readonly string[] {
  const churn = report.churn;
  const changed =
    churn === null
      ? []
      : [
          `${count(churn.changed)} of ${count(churn.rows)} predictions changed (${percent(churn.changed / churn.rows)})`,
        ];
  return ['', ...changed, `${count(report.rows)} rows`, ...failures.map(({ message }) => message)];
}

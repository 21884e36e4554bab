import type { RolloutMetricPolicy } from '../policy/rollout-metric-policy.ts';
import type { ArmCourse } from '../rollout/course.ts';
import type { Effect, Evidence, MetricJudgement } from '../rollout/judgement.ts';
import { code, prose } from './escape.ts';
import { type TableColumn, table, unbroken } from './markdown.ts';
import { counted, fixed, percent, significant } from './number.ts';
import type { RolloutView } from './rollout.ts';
import { sparkline } from './sparkline.ts';

const columns = (previous: string, candidate: string): readonly TableColumn[] => [
  { title: 'metric', align: 'left' },
  { title: previous, align: 'right' },
  { title: candidate, align: 'right' },
  { title: 'difference (holds at any time)', align: 'right' },
  { title: 'harm', align: 'left' },
  { title: 'not worse', align: 'left' },
];

/**
 * What the numbers say so far: a row for each metric with both arms, how far they are apart, and how near the evidence
 * is to either decision. Null while nothing was measured.
 */
export function metricsTable({ rollout, course }: RolloutView): string | null {
  const judged = Object.entries(rollout.judgement?.metrics ?? {});
  const deciding = Object.values(rollout.policy.metrics).filter(({ role }) => role !== 'info').length;
  if (judged.length === 0) return null;
  const rows = judged.flatMap(([name, judgement]) => {
    const policy = Object.hasOwn(rollout.policy.metrics, name) ? rollout.policy.metrics[name] : undefined;
    return policy === undefined ? [] : [rowOf(name, { policy, judgement, arms: course.metrics[name], deciding })];
  });
  const head = columns(
    rollout.previous === null ? 'before' : code(rollout.previous.version),
    code(rollout.release.version),
  );
  const more = rows.length - mostRows;
  const shown = table(head, rows.slice(0, mostRows));
  return more > 0 ? `${shown}\n\nand ${counted(more, 'metric')} more, in the evidence` : shown;
}

/** A comment holds no more than 65 536 characters, and nobody reads more. */
const mostRows = 40;

interface Metric {
  readonly policy: RolloutMetricPolicy;
  readonly judgement: MetricJudgement;
  /** How many metrics can roll back: they share their α. */
  readonly deciding: number;
  readonly arms: { readonly champion: ArmCourse; readonly candidate: ArmCourse } | undefined;
}

function rowOf(name: string, { policy, judgement, arms, deciding }: Metric): readonly string[] {
  const top = Math.max(
    ...[arms?.champion, arms?.candidate].flatMap((arm) => (arm?.each ?? []).map((one) => one ?? 0)),
    0,
  );
  const cell = (arm: ArmCourse | undefined) => {
    if (arm === undefined || arm.value === null) return '—';
    const shape =
      arm.each.length < 2
        ? ''
        : ` ${sparkline(
            arm.each.map((one) => one ?? 0),
            top,
          )}`;
    return unbroken(`${valueText(policy, arm.value)}${shape}`);
  };
  const missing = judgement.missing === null ? '' : `⚪ ${prose(judgement.missing, 120)}`;
  return [
    code(name),
    cell(arms?.champion),
    cell(arms?.candidate),
    missing === '' ? effectText(judgement.effect) : missing,
    harmText(policy, judgement.harm, deciding),
    notWorseText(policy, judgement),
  ];
}

function valueText({ kind }: RolloutMetricPolicy, value: number): string {
  return kind === 'error-rate' || kind === 'conversion' ? percent(value) : significant(value, 3);
}

function effectText(effect: Effect | null): string {
  if (effect === null || effect.estimate === null) return '—';
  const sign = effect.scale === 'times' ? '×\u00A0' : '';
  const bound = (value: number | null, open: string) => (value === null ? open : fixed(value, 2));
  const low = bound(effect.low, effect.scale === 'times' ? '0' : '−∞');
  return unbroken(`${sign}${fixed(effect.estimate, 2)} (${low} … ${bound(effect.high, '∞')})`);
}

function harmText({ role, 'harm-alpha': alpha }: RolloutMetricPolicy, harm: Evidence, deciding: number): string {
  if (role === 'info') return 'shown only';
  return harm.crossedAt === null ? towards(harm, deciding / alpha) : '🔴 harm';
}

function notWorseText(policy: RolloutMetricPolicy, { nonInferiority, superiority }: MetricJudgement): string {
  if (policy.role === 'info') return '';
  const threshold = 1 / policy['non-inferiority-alpha'];
  const better =
    superiority === null ? null : superiority.crossedAt === null ? towards(superiority, threshold) : '🟢 better';
  const notWorse = nonInferiority.crossedAt === null ? towards(nonInferiority, threshold) : '🟢 not worse';
  return better === null ? notWorse : `${notWorse}, ${better}`;
}

const barWidth = 10;

/** `E 11.8 of 20 ▰▰▰▰▰▰▰▰▱▱`: how near the evidence is to its threshold, on the scale on which evidence adds up. */
function towards({ e, logE }: Evidence, threshold: number): string {
  const share = Math.min(1, Math.max(0, logE / Math.log(threshold)));
  const filled = Math.min(barWidth - 1, Math.round(share * barWidth));
  const value = e < 0.01 ? '<\u00A00.01' : e < 10 ? fixed(e, 1) : significant(e, 3);
  return unbroken(`E ${value} of ${fixed(threshold, 0)} ${'▰'.repeat(filled)}${'▱'.repeat(barWidth - filled)}`);
}

import type { Judgement } from '../judgement.ts';

/** Where two judgements of the same evidence differ: what was found, and when. E-values and bounds differ with any policy. */
export function differences(one: Judgement, other: Judgement): readonly string[] {
  const names = [...new Set([...Object.keys(one.metrics), ...Object.keys(other.metrics)])];
  return [
    ...differing('verdict', one.verdict, other.verdict),
    ...differing('reason', one.reason, other.reason),
    ...differing('metric', one.metric, other.metric),
    ...differing('decidedAt', one.decidedAt, other.decidedAt),
    ...names.flatMap((name) => {
      const [mine, theirs] = [metricOf(one, name), metricOf(other, name)];
      if (mine === undefined || theirs === undefined) {
        return [
          `metrics.${name}: ${mine === undefined ? 'not watched' : 'watched'} → ${theirs === undefined ? 'not watched' : 'watched'}`,
        ];
      }
      return (['harm', 'nonInferiority', 'superiority'] as const).flatMap((test) =>
        differing(`metrics.${name}.${test}.crossedAt`, mine[test]?.crossedAt, theirs[test]?.crossedAt),
      );
    }),
    ...Array.from({ length: Math.max(one.steps.length, other.steps.length) }, (_, at) => {
      const [mine, theirs] = [one.steps[at], other.steps[at]];
      return (['step', 'verdict', 'reason', 'decidedAt'] as const).flatMap((key) =>
        differing(`steps.${at}.${key}`, mine?.[key], theirs?.[key]),
      );
    }).flat(),
  ];
}

function metricOf({ metrics }: Judgement, name: string) {
  return Object.hasOwn(metrics, name) ? metrics[name] : undefined;
}

function differing(path: string, one: unknown, other: unknown): readonly string[] {
  return one === other ? [] : [`${path}: ${one ?? 'none'} → ${other ?? 'none'}`];
}

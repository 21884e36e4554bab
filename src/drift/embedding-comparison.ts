import type { EmbeddingProfile } from '../data/embedding-profile.ts';
import type { Histogram } from '../data/histogram.ts';
import { binRange, binsOf } from '../data/histogram.ts';
import type { NumberProfile } from '../data/profile-document.ts';
import { noBars } from './bars.ts';
import { fineCells, joinedCells, type Weighting } from './cells.ts';
import { calibratedChiSquare } from './chi-square.ts';
import type { ColumnComparison } from './column-comparison.ts';
import { jensenShannonEffect } from './jensen-shannon.ts';
import { psiEffect } from './psi.ts';
import type { Cells } from './sample.ts';

/**
 * Compares embeddings by what their profiles hold: the lengths of the vectors and their projections on sixteen fixed
 * directions. The p-value is the least of the seventeen times seventeen (Bonferroni: the projections of one vector are not
 * independent); the distances are those of the distribution that has it. By the theorem of Cramér and Wold what differs
 * differs in almost every direction, but a difference confined to few of many dimensions may be too small in all of them:
 * the rows show more than the profile does.
 */
export function compareEmbeddings(options: {
  readonly reference: EmbeddingProfile;
  readonly current: EmbeddingProfile;
  readonly z: number;
}): Pick<ColumnComparison, 'kind' | 'statistics' | 'mean' | 'bars'> {
  const { reference, current, z } = options;
  const views = [
    [reference.norms.histogram, current.norms.histogram] as const,
    ...reference.projections.map((one, at) => [one, current.projections[at] ?? one] as const),
  ];
  const special = [reference.nonFinite, current.nonFinite] as const;
  const compared = views.map(([before, now]) => {
    const tested = cellsOf({ before, now, special, by: 'pooled' });
    return { before, now, ...calibratedChiSquare(tested) };
  });
  const deciding = compared.reduce((best, one) =>
    one.pValue < best.pValue || (one.pValue === best.pValue && one.statistic > best.statistic) ? one : best,
  );
  const pValue = Math.min(1, deciding.pValue * compared.length);
  const { before, now } = deciding;
  const distances = cellsOf({ before, now, special, by: 'mixture' });
  const distance = jensenShannonEffect(distances, z);
  const stability = psiEffect(cellsOf({ before, now, special, by: 'mixture', most: 10 }), z);
  return {
    kind: 'embedding',
    statistics: {
      psi: { value: stability.value, pValue, effect: { low: stability.low, high: stability.high } },
      'jensen-shannon': { value: distance.value, pValue, effect: { low: distance.low, high: distance.high } },
      'chi-square': { value: deciding.statistic, pValue, effect: null },
    },
    mean: null,
    bars: noBars,
  };
}

/** Two histograms as cells, with vectors that hold no finite number as one more where there are any. */
function cellsOf(options: {
  readonly before: Histogram;
  readonly now: Histogram;
  readonly special: readonly [number, number];
  readonly by: Weighting;
  readonly most?: number;
}): Cells {
  const { before, now, special, by, most = 32 } = options;
  const fine = fineCells(asNumbers(before), asNumbers(now));
  const joined = fine.reference.length === 0 ? fine : joinedCells({ cells: fine, most, by });
  if (special[0] + special[1] === 0) return joined;
  return { reference: [...joined.reference, special[0]], current: [...joined.current, special[1]] };
}

/** A histogram as the column of numbers that has it. */
function asNumbers(histogram: Histogram): NumberProfile {
  const bins = binsOf(histogram);
  const [first, last] = [bins[0], bins.at(-1)];
  return {
    name: '',
    kind: 'number',
    nulls: 0,
    nan: 0,
    positiveInfinite: 0,
    negativeInfinite: 0,
    count: histogram.counts.reduce((sum, count) => sum + count, 0),
    extremes:
      first === undefined || last === undefined
        ? null
        : { min: binRange(first.key, histogram.bits).low, max: binRange(last.key, histogram.bits).high },
    moments: null,
    histogram,
    distinct: '',
  };
}

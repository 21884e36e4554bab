import type { FairnessComparison, FairnessReport, Rate } from '../../src/evaluate/fairness/fairness-report.ts';
import { ModelPolicy } from '../../src/policy/policy.ts';
import { evaluation, judged, judgement, policy, result } from './fixture.ts';

const rate = (value: number): Rate => ({ value, low: value - 0.02, high: value + 0.02, of: 900 });

function comparison(champion: number, candidate: number): FairnessComparison {
  const apart = (value: number) =>
    ({ kind: 'value', value, raw: value + 0.004, low: value - 0.03, high: value + 0.03 }) as const;
  const value = candidate - champion;
  return {
    candidate: apart(candidate),
    champion: apart(champion),
    difference: { value, low: value - 0.011, high: value + 0.011, confidence: 0.95, pValue: null, method: 'bootstrap' },
    assessed: 2,
    notAssessed: 1,
    rows: 6000,
  };
}

/** Two groups that are assessed and one that is too small; selection lies further apart than it did. */
export function fairness(column = 'carrier', small = 'ZZ'): FairnessReport {
  const rates = (value: number) => ({ 'selection-rate': rate(value), 'true-positive-rate': rate(value + 0.3) });
  return {
    positive: '1',
    minRows: 100,
    minCases: 20,
    confidence: 0.95,
    attributes: [
      {
        columns: [column],
        groups: [
          { values: ['WN'], rows: 4000, candidate: rates(0.2), champion: rates(0.25) },
          { values: ['AA'], rows: 2000, candidate: rates(0.4), champion: rates(0.35) },
          { values: [small], rows: 12, candidate: {}, champion: {} },
        ],
        otherRows: 0,
        metrics: {
          'demographic-parity': comparison(0.1, 0.2),
          'equal-opportunity': comparison(0.05, 0.05),
          'predictive-parity': {
            candidate: { kind: 'missing', reason: 'no group is large enough to be assessed' },
            champion: { kind: 'missing', reason: 'no group is large enough to be assessed' },
            difference: null,
            assessed: 0,
            notAssessed: 3,
            rows: 0,
          },
        },
      },
    ],
  };
}

/** The pull request of the story, where carriers must be treated alike. */
export function unequal() {
  const gates = { 'demographic-parity': { 'at-most': 0.1 }, 'equal-opportunity': { 'at-most': 0.1 } };
  const asked = ModelPolicy.parse({ ...policy, fairness: { protected: ['carrier'], gates } });
  const judgedResult = result({ evaluation: { ...evaluation(), fairness: fairness() } });
  return { result: judgedResult, judgement: judgement({}, judgedResult, asked) };
}

/** Where the model of that pull request stands. */
export function unequalState() {
  return judged(unequal());
}

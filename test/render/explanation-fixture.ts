import type { ExplanationReport } from '../../src/evaluate/explanation/explanation-report.ts';

/** Five features: one matters more than before, one less and the other way round, the rest as they did. */
export function explanation(): ExplanationReport {
  const at = (value: number, error = value / 12 + 0.0004) => ({
    value,
    standardError: error,
    low: value - 2 * error,
    high: value + 2 * error,
  });
  const change = (value: number, qValue: number) => ({
    ...at(value, Math.abs(value) / 5 + 0.0003),
    pValue: qValue,
    qValue,
  });
  const features = [
    ['delay', 0.051, 0.082, 1e-9],
    ['hour', 0.034, 0.021, 0.002],
    ['distance', 0.012, 0.0125, 0.61],
    ['origin', 0.004, 0.0038, 0.83],
    ['carrier', 0.0002, -0.0001, 0.9],
  ] as const;
  return {
    confidence: 0.95,
    ofRows: 98_112,
    features: 5,
    championAbsence: null,
    modelRows: { estimated: 220_000, asked: 210_000, budget: 2_000_000 },
    permutation: {
      kind: 'value',
      loss: 'log-loss',
      candidateLoss: 0.471,
      championLoss: 0.473,
      rows: 10_000,
      permutations: 5,
      features: features.map(([name, before, now, q]) => ({
        name,
        candidate: at(now, Math.abs(now) / 12 + 0.0004),
        champion: at(before),
        difference: change(now - before, q),
      })),
      omitted: 0,
      groups: [],
    },
    shapley: {
      kind: 'value',
      answer: 'positive-probability',
      rows: 500,
      background: 200,
      permutations: 16,
      candidateBaseline: 0.21,
      championBaseline: 0.2,
      efficiencyGap: 1e-12,
      features: features.map(([name, before, now, q], index) => ({
        name,
        candidate: { importance: at(Math.abs(now)), isUsed: true, direction: index === 1 ? -0.4 : 0.8 },
        champion: { importance: at(before), isUsed: index !== 4, direction: index === 4 ? null : 0.7 },
        difference: change(now - before, q),
        agreement: index === 1 ? -0.5 : 0.9,
        isFlipped: index === 1,
      })),
      omitted: 0,
      groups: [],
      locals: [
        {
          row: '4711',
          explainedClass: '1',
          candidateAnswer: 0.61,
          championAnswer: 0.44,
          contributions: features.map(([name, before, now]) => ({
            name,
            candidate: at(now, 0.001),
            champion: at(before, 0.001),
          })),
          omitted: 0,
        },
      ],
    },
    notes: [],
  };
}

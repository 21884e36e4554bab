import { fallingRoot } from '../falling-root.ts';
import { gaussLegendre } from './gauss-legendre.ts';
import { farthest, type RateLikelihood } from './rate-likelihood.ts';

const rule = gaussLegendre(20);
const panelsPerSide = 4;
/** e^−45 of the peak is below the last digit of the sum. */
const negligible = 45;

/**
 * log of ∫ L(δ) / L(at) π(dδ), where π is half-normal (`sd`) on one side of `at`: the e-process against "the log rate ratio is on
 * the other side of `at`, or there". The integrand is log-concave, but its peak may be as sharp as its counts are many and
 * may stand at its very edge: so the peak is sought first, then the points where it has fallen to nothing, and each side
 * is integrated between them.
 */
export function logHalfNormalMixture(options: {
  readonly likelihood: RateLikelihood;
  readonly at: number;
  readonly side: 'above' | 'below';
  readonly sd: number;
}): number {
  const { likelihood, at, side, sd } = options;
  const sign = side === 'above' ? 1 : -1;
  const base = likelihood.value(at);
  const most = farthest - Math.abs(at);
  const height = (u: number): number => likelihood.value(at + sign * u) - base - (u * u) / (2 * sd * sd);
  const slope = (u: number): number => sign * likelihood.slope(at + sign * u) - u / (sd * sd);
  const constant = Math.log(2 / (sd * Math.sqrt(2 * Math.PI)));
  return constant + logIntegral({ height, slope, least: 0, most });
}

/** The same with a whole normal distribution around 0: the numerator of bounds of δ that hold at any time. */
export function logNormalMixture(options: { readonly likelihood: RateLikelihood; readonly sd: number }): number {
  const { likelihood, sd } = options;
  const height = (u: number): number => likelihood.value(u) - (u * u) / (2 * sd * sd);
  const slope = (u: number): number => likelihood.slope(u) - u / (sd * sd);
  const constant = -Math.log(sd * Math.sqrt(2 * Math.PI));
  return constant + logIntegral({ height, slope, least: -farthest, most: farthest });
}

interface LogConcave {
  readonly height: (u: number) => number;
  readonly slope: (u: number) => number;
  readonly least: number;
  readonly most: number;
}

function logIntegral({ height, slope, least, most }: LogConcave): number {
  const peak = fallingRoot({ of: slope, least, most });
  const top = height(peak);
  const [left, right] = [least, most].map((end) => fallen({ height, peak, top, end }));
  const sum =
    integral({ height, top, from: left ?? least, to: peak }) + integral({ height, top, from: peak, to: right ?? most });
  return top + Math.log(sum);
}

/** A point towards `end` at which the height has fallen from its top by `negligible` or little more; `end`, if nowhere. */
function fallen(options: {
  readonly height: (u: number) => number;
  readonly peak: number;
  readonly top: number;
  readonly end: number;
}): number {
  const { height, peak, top, end } = options;
  let [near, far] = [peak, end];
  if (top - height(end) <= negligible) return end;
  for (let step = 0; step < 100; step += 1) {
    const middle = (near + far) / 2;
    const drop = top - height(middle);
    if (drop >= negligible && drop <= negligible + 15) return middle;
    if (drop < negligible) near = middle;
    else far = middle;
  }
  return far;
}

function integral(options: {
  readonly height: (u: number) => number;
  readonly top: number;
  readonly from: number;
  readonly to: number;
}): number {
  const { height, top, from, to } = options;
  if (from === to) return 0;
  const half = (to - from) / panelsPerSide / 2;
  let sum = 0;
  for (let panel = 0; panel < panelsPerSide; panel += 1) {
    const centre = from + half * (2 * panel + 1);
    for (let node = 0; node < rule.nodes.length; node += 1) {
      sum += (rule.weights[node] ?? 0) * Math.exp(height(centre + half * (rule.nodes[node] ?? 0)) - top);
    }
  }
  return sum * half;
}

/** What two arms counted in one interval. Exposures and events need not be whole: divided by a dispersion they are not. */
export interface CountPair {
  /** The share of all exposures that the candidate had, between 0 and 1. */
  readonly share: number;
  /** Events of the candidate. */
  readonly candidate: number;
  /** Events of both arms. */
  readonly both: number;
}

/**
 * The stratified likelihood of a log rate ratio δ: given its events, the candidate's part of an interval is binomial of
 * chance n₁e^δ / (n₁e^δ + n₂), whatever the base rate was. Intervals are added, never pooled, so neither a rate that
 * drifts nor a weight that is raised looks like a difference (Lindon and Malek, NeurIPS 2022).
 */
export interface RateLikelihood {
  add(pair: CountPair): void;
  /** log L(δ) − log L(0), for |δ| ≤ `farthest`. */
  value(delta: number): number;
  /** Its derivative, which falls strictly as soon as anything was counted. */
  slope(delta: number): number;
}

/** No rate ratio beyond e to this power is looked at; any prior has vanished long before. */
export const farthest = 40;

const panelWidth = 2;
const order = 24;
const panels = farthest / panelWidth;

/**
 * The sum over intervals of log(1 + p(e^δ − 1)) − pδ is kept as values at Chebyshev nodes of panels over δ. Each term is
 * analytic to |Im δ| < π, so that 24 nodes on a panel of width 2 hold it to the last digits; adding an interval costs the same
 * however many there are. A panel is begun when it is first looked at, from all intervals in their order: looking
 * earlier or later gives the same bits.
 */
export function rateLikelihood(): RateLikelihood {
  const shares: number[] = [];
  const events: number[] = [];
  const built = new Map<number, Panel>();
  let excess = 0;
  return {
    add({ share, candidate, both }) {
      if (!(share > 0 && share < 1 && both > 0)) return;
      excess += candidate - share * both;
      shares.push(share);
      events.push(both);
      for (const panel of built.values()) addTo(panel, share, both);
    },
    value(delta) {
      const panel = panelAt(delta);
      return excess * delta - chebyshevSum(coefficients(panel), delta - panel.centre);
    },
    slope(delta) {
      const panel = panelAt(delta);
      coefficients(panel);
      return excess - chebyshevSum(panel.slopes, delta - panel.centre);
    },
  };

  function panelAt(delta: number): Panel {
    const index = Math.min(panels - 1, Math.max(-panels, Math.floor(delta / panelWidth)));
    const known = built.get(index);
    if (known !== undefined) return known;
    const panel = emptyPanel(panelWidth * (index + 0.5));
    for (let at = 0; at < shares.length; at += 1) addTo(panel, shares[at] ?? 0, events[at] ?? 0);
    built.set(index, panel);
    return panel;
  }
}

interface Panel {
  readonly centre: number;
  readonly deltas: Float64Array;
  /** e^δ − 1 at each node. */
  readonly growths: Float64Array;
  readonly values: Float64Array;
  readonly coefficients: Float64Array;
  readonly slopes: Float64Array;
  /** Whether values were added since the coefficients were worked out. */
  stale: boolean;
}

/** cos(kθ) for the nodes θ, by node and degree. */
const cosines = Float64Array.from({ length: order * order }, (_, at) => {
  const [node, degree] = [Math.floor(at / order), at % order];
  return Math.cos((degree * Math.PI * (node + 0.5)) / order);
});

function emptyPanel(centre: number): Panel {
  const deltas = Float64Array.from({ length: order }, (_, node) => centre + (cosines[node * order + 1] ?? 0));
  return {
    centre,
    deltas,
    growths: deltas.map(Math.expm1),
    values: new Float64Array(order),
    coefficients: new Float64Array(order),
    slopes: new Float64Array(order),
    stale: true,
  };
}

function addTo(panel: Panel, share: number, both: number): void {
  const { deltas, growths, values } = panel;
  for (let node = 0; node < order; node += 1) {
    values[node] =
      (values[node] ?? 0) + both * (Math.log1p(share * (growths[node] ?? 0)) - share * (deltas[node] ?? 0));
  }
  panel.stale = true;
}

function coefficients(panel: Panel): Float64Array {
  if (!panel.stale) return panel.coefficients;
  const { values, coefficients: found, slopes } = panel;
  found.fill(0);
  for (let node = 0; node < order; node += 1) {
    const value = values[node] ?? 0;
    for (let degree = 0; degree < order; degree += 1) {
      found[degree] = (found[degree] ?? 0) + value * (cosines[node * order + degree] ?? 0);
    }
  }
  for (let degree = 0; degree < order; degree += 1) {
    found[degree] = ((found[degree] ?? 0) * (degree === 0 ? 1 : 2)) / order;
  }
  // The derivative of a Chebyshev series, downwards; half a panel is one unit, so that nothing is scaled.
  slopes.fill(0);
  for (let degree = order - 1; degree > 0; degree -= 1) {
    slopes[degree - 1] = (slopes[degree + 1] ?? 0) + 2 * degree * (found[degree] ?? 0);
  }
  slopes[0] = (slopes[0] ?? 0) / 2;
  panel.stale = false;
  return found;
}

/** Clenshaw's recurrence. */
function chebyshevSum(series: Float64Array, x: number): number {
  let [next, afterNext] = [0, 0];
  for (let degree = order - 1; degree > 0; degree -= 1) {
    const here = 2 * x * next - afterNext + (series[degree] ?? 0);
    afterNext = next;
    next = here;
  }
  return x * next - afterNext + (series[0] ?? 0);
}

import { normalQuantile, normalSurvival } from '../normal.ts';
import { gaussLegendre } from './gauss-legendre.ts';

/** How the error is spent over the course of a test: hardly any at first, or about evenly (Lan and DeMets, Biometrika 1983). */
export type Spending = 'obrien-fleming' | 'pocock';

/** One look at a sum of independent increments that has mean 0 at the border of the null hypothesis. */
export interface Look {
  readonly score: number;
  /** Its variance there. */
  readonly information: number;
  /** How much of the plan is over, from 0 to 1 at its end. */
  readonly spent: number;
}

/** A one-sided test that may be looked at often, but whose end is planned. */
export interface GroupSequential {
  /** Returns the bound of z at this look, infinite while nothing is spent; null when there is nothing new, or the plan is over. */
  look(look: Look): number | null;
  hasCrossed(): boolean;
}

const rule = gaussLegendre(20);
const panels = 16;
/** Scores further below than so many standard deviations never come back. */
const lowest = -7;
/** Looks nearer than this to the last, as a part of its information, tell nothing new, and would need a finer grid. */
const leastStep = 0.01;

/**
 * Alpha spending for any number of looks at any times: the density of the score over those that have not crossed yet is carried from
 * look to look (Armitage, McPherson and Rowe 1969), and each bound spends what its time allows.
 */
export function groupSequential(options: { readonly alpha: number; readonly spending: Spending }): GroupSequential {
  const { alpha, spending } = options;
  let nodes: readonly number[] = [0];
  let masses: readonly number[] = [1];
  let [information, spentAlpha] = [0, 0];
  let [crossed, isOver] = [false, false];
  return {
    look(look) {
      const isLast = look.spent >= 1;
      if (isOver || crossed || !(look.information > information * (1 + (isLast ? 1e-9 : leastStep)))) return null;
      isOver = isLast;
      const allowed = spentBy({ alpha, spending, time: Math.min(1, look.spent) });
      const sd = Math.sqrt(look.information - information);
      const above = (bound: number): number =>
        nodes.reduce((sum, node, at) => sum + (masses[at] ?? 0) * normalSurvival((bound - node) / sd), 0);
      const scale = Math.sqrt(look.information);
      const bound = boundOf({ above, most: allowed - spentAlpha, scale });
      spentAlpha = Math.max(spentAlpha, allowed);
      if (look.score >= bound) crossed = true;
      const kept = keptDensity({ nodes, masses, sd, from: lowest * scale, to: Math.min(bound, -lowest * scale) });
      [nodes, masses] = [kept.nodes, kept.masses];
      information = look.information;
      return bound / scale;
    },
    hasCrossed: () => crossed,
  };
}

function spentBy(options: { readonly alpha: number; readonly spending: Spending; readonly time: number }): number {
  const { alpha, spending, time } = options;
  if (time <= 0) return 0;
  if (spending === 'pocock') return alpha * Math.log(1 + (Math.E - 1) * time);
  return 2 * normalSurvival(-normalQuantile(alpha / 2) / Math.sqrt(time));
}

/** The score above which exactly `most` of those who have not crossed yet are. */
function boundOf(options: {
  readonly above: (bound: number) => number;
  readonly most: number;
  readonly scale: number;
}): number {
  const { above, most, scale } = options;
  let [low, high] = [lowest * scale, 9 * scale];
  // Below that, sums of the density have no digit left.
  if (most < 1e-15) return Number.POSITIVE_INFINITY;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (above(middle) > most) low = middle;
    else high = middle;
  }
  return high;
}

function keptDensity(options: {
  readonly nodes: readonly number[];
  readonly masses: readonly number[];
  readonly sd: number;
  readonly from: number;
  readonly to: number;
}): { readonly nodes: readonly number[]; readonly masses: readonly number[] } {
  const { from, to, sd } = options;
  const half = (to - from) / panels / 2;
  const constant = 1 / (sd * Math.sqrt(2 * Math.PI));
  const nodes: number[] = [];
  const masses: number[] = [];
  for (let panel = 0; panel < panels; panel += 1) {
    for (let at = 0; at < rule.nodes.length; at += 1) {
      const node = from + half * (2 * panel + 1 + (rule.nodes[at] ?? 0));
      let density = 0;
      for (let before = 0; before < options.nodes.length; before += 1) {
        const z = (node - (options.nodes[before] ?? 0)) / sd;
        if (z < 9 && z > -9) density += (options.masses[before] ?? 0) * Math.exp((-z * z) / 2);
      }
      nodes.push(node);
      masses.push(density * constant * half * (rule.weights[at] ?? 0));
    }
  }
  return { nodes, masses };
}

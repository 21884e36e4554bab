/**
 * The modified Bessel function of the second kind K(order, x), x > 0, from its integral ∫₀^∞ exp(−x cosh t) cosh(order·t) dt
 * (DLMF 10.32.9): the integrand falls double-exponentially, so the trapezoidal rule is exact to double precision. NaN
 * for anything but a positive x.
 */
export function besselK(order: number, x: number): number {
  if (!(x > 0)) return Number.NaN;
  const step = 1 / 32;
  let sum = Math.exp(-x) / 2;
  for (let t = step; ; t += step) {
    const term = Math.exp(-x * Math.cosh(t)) * Math.cosh(order * t);
    sum += term;
    if (term < sum * 1e-18 || term === 0) return sum * step;
  }
}

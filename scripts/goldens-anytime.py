"""Writes the reference numbers of the tests that hold at any time: test/fixtures/anytime/*.json.

Run in an environment that has scipy and mpmath: python3 scripts/goldens-anytime.py
"""

import json
import math
import pathlib

import mpmath as mp
from scipy import optimize, stats

ROOT = pathlib.Path(__file__).resolve().parent.parent / "test" / "fixtures" / "anytime"
mp.mp.dps = 25


def main():
    ROOT.mkdir(parents=True, exist_ok=True)
    write("rate-mixture", rate_mixture())
    write("normal-mixture", normal_mixture())
    write("two-by-two", two_by_two())


def write(name, value):
    (ROOT / f"{name}.json").write_text(json.dumps(value, indent=1) + "\n")


# Intervals as (exposures of candidate and champion, events of candidate and champion).
CASES = {
    "reference": [(150, 2850, 6, 30), (750, 2250, 20, 25)],
    "no events": [(150, 2850, 0, 0)],
    "one event of the candidate": [(150, 2850, 1, 0)],
    "one event of the champion": [(150, 2850, 0, 1)],
    "champion without events": [(150, 2850, 40, 0), (750, 2250, 200, 0)],
    "candidate without events": [(150, 2850, 0, 300), (1500, 1500, 0, 500)],
    "equal, huge": [(5e7, 5e7, 1_000_000, 1_000_300), (1e8, 1e8, 2_000_000, 2_000_000)],
    "worse by a little, huge": [(5e6, 9.5e7, 51_000, 950_000), (2.5e7, 7.5e7, 253_000, 751_000)],
    "extreme harm": [(150, 2850, 150, 3), (750, 2250, 750, 2)],
    "extreme harm, huge": [(1e6, 1.9e7, 900_000, 1900)],
    "better by far, huge": [(1e6, 1e6, 100, 90_000)],
    "tiny weight": [(3, 29997, 2, 300), (30, 29970, 4, 290), (300, 29700, 9, 310)],
    "weight near all": [(2970, 30, 30, 1), (2999, 1, 31, 0)],
    "counts that are not whole": [(150, 2850, 6 / 9, 30 / 9), (750, 2250, 20 / 9, 25 / 9)],
    "many intervals": [(150 + i % 7, 2850 - i % 11, 1 + i % 4, 28 + i % 5) for i in range(30)],
}


def log_likelihood(case, delta):
    """log L(delta) - log L(0), up to nothing."""
    total = mp.mpf(0)
    for n, m, x, y in case:
        n, m, x, y = map(mp.mpf, (n, m, x, y))
        share = n / (n + m)
        total += x * delta - (x + y) * mp.log(1 - share + share * mp.e**delta)
    return total


def log_mixture(case, at, side, sd):
    """By a peak found with golden section and tanh-sinh quadrature in pieces around it, with 25 digits."""
    sign = 1 if side == "above" else -1
    at, sd = mp.mpf(at), mp.mpf(sd)
    base = log_likelihood(case, at)

    def height(u):
        return log_likelihood(case, at + sign * u) - base - u * u / (2 * sd * sd)

    low, high = mp.mpf(0), mp.mpf(40)
    ratio = (mp.sqrt(5) - 1) / 2
    for _ in range(100):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        if height(a) > height(b):
            high = b
        else:
            low = a
    peak = (low + high) / 2
    if height(mp.mpf(0)) >= height(peak):
        peak = mp.mpf(0)
    top = height(peak)

    def reach(direction, most):
        """How far one may go until the height has fallen by 70."""
        step = most
        for _ in range(200):
            if top - height(peak + direction * step) <= 70:
                return step
            step *= mp.mpf("0.7")
        return step

    right = min(reach(1, mp.mpf(40) - peak) * mp.mpf("1.5"), mp.mpf(40) - peak)
    edges = [peak + right * k / 6 for k in range(7)]
    if peak > 0:
        left = min(reach(-1, peak) * mp.mpf("1.5"), peak)
        edges = [peak - left * k / 6 for k in range(6, 0, -1)] + edges
    value = mp.quad(lambda u: mp.exp(height(u) - top), edges)
    return top + mp.log(2 / (sd * mp.sqrt(2 * mp.pi))) + mp.log(value)


def rate_mixture():
    rows = []
    for name, case in CASES.items():
        for at, side in [(0.0, "above"), (0.0, "below"), (math.log(1.25), "below"), (-math.log(1.25), "above")]:
            rows.append(
                {"name": name, "case": case, "at": at, "side": side, "log": float(log_mixture(case, at, side, 0.5))}
            )
    return rows


def normal_mixture():
    rows = []
    for s in [-300.0, -40.0, -3.0, 0.0, 0.5, 10.0, 45.0, 200.0]:
        for v in [0.01, 1.0, 100.0, 1e6]:
            for rho in [0.5, 12.60056, 4000.0]:
                z = mp.mpf(s) / mp.sqrt(mp.mpf(v) + mp.mpf(rho))
                two = mp.log(mp.mpf(rho) / (mp.mpf(v) + mp.mpf(rho))) / 2 + z * z / 2
                rows.append([s, v, rho, float(two), float(two + mp.log(2) + mp.log(mp.ncdf(z)))])
    return rows


def two_by_two():
    """The nearest pair on the boundary by scipy's root of the derivative of the relative entropy."""
    rows = []
    for n, x, guess, factor, side in [
        ((150, 2850), (30, 800), (0.2, 0.28), 1.0, "below"),
        ((750, 2250), (230, 610), (0.31, 0.28), 0.8, "above"),
        ((50, 50), (50, 0), (0.9, 0.1), 1.0, "above"),
        ((50, 50), (3, 9), (0.05, 0.2), 1.25, "below"),
        ((10, 1000), (0, 900), (0.3, 0.9), 0.8, "below"),
    ]:

        def slope(t):
            """The derivative of the relative entropy of the guess from the pair (factor t, t)."""
            return sum(
                count * scale * ((1 - p) / (1 - scale * t) - p / (scale * t))
                for count, p, scale in [(n[0], guess[0], factor), (n[1], guess[1], 1)]
            )

        t = optimize.brentq(slope, 1e-9, min(1, 1 / factor) - 1e-9, xtol=1e-15, rtol=1e-14)
        log_e = sum(
            stats.binom.logpmf(done, count, p) - stats.binom.logpmf(done, count, q)
            for count, done, p, q in [(n[0], x[0], guess[0], factor * t), (n[1], x[1], guess[1], t)]
        )
        rows.append({"n": n, "x": x, "guess": guess, "factor": factor, "side": side, "log": float(log_e)})
    return rows


if __name__ == "__main__":
    main()

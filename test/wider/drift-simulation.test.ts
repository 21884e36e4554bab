import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { type Simulation, simulate, simulationTable } from '../../bench/drift-simulation.ts';

let simulation: Simulation;
beforeAll(() => {
  simulation = simulate();
}, 600_000);

/** Three standard errors above a share, for so many runs. */
function most(share: number, runs: number): number {
  return share + 3 * Math.sqrt((share * (1 - share)) / runs);
}

it('keeps the level of p-values, and calls hardly any unchanged column moved, at every size', () => {
  for (const { kind, rows, runs, certain, falseAlarms } of simulation.columns) {
    // Two tests are looked at: that of values and that of empty ones.
    expect(certain, `${kind}, ${rows} rows`).toBeLessThanOrEqual(most(0.02, runs));
    expect(falseAlarms, `${kind}, ${rows} rows`).toBeLessThanOrEqual(most(0.01, runs));
  }
});

it('finds every simulated change in ten thousand rows, also that of empty values', () => {
  for (const { kind, rows, found } of simulation.columns) {
    if (rows > 10_000) expect(found, kind).toBeGreaterThanOrEqual(0.8);
  }
});

it('calls hardly any report on fifty unchanged columns moved', () => {
  const { own, evidently, runs } = simulation.reports;

  expect(own).toBeLessThanOrEqual(most(0.01, runs));
  expect(evidently).toBeGreaterThan(0.5);
});

it('holds its level for rows that hang together once blocks are compared, and not without', () => {
  const { blocked, independent, runs } = simulation.blocks;

  expect(blocked).toBeLessThanOrEqual(most(0.05, runs));
  expect(independent).toBeGreaterThan(0.25);
});

it('is the table of docs/drift.md', () => {
  expect(readFileSync(join(import.meta.dirname, '../../docs/drift.md'), 'utf8')).toContain(simulationTable(simulation));
});

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Bench, Figure } from './figure.ts';
import { intoDocument, renderTable } from './table.ts';

const root = join(import.meta.dirname, '..');
const kept = join(root, 'out/bench/bench.json');
const document = join(root, 'docs/benchmarks.md');

/** In the order of the table. Each is loaded when it is run, so that none is in the memory of another. */
const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  acknowledge: async () => (await import('./acknowledge.ts')).acknowledge,
  sustain: async () => (await import('./sustain.ts')).sustain,
  replicas: async () => (await import('./replicas.ts')).replicas,
  recover: async () => (await import('./recover.ts')).recover,
  conclude: async () => (await import('./conclude.ts')).conclude,
  react: async () => (await import('./react.ts')).react,
  calls: async () => (await import('./calls.ts')).calls,
  actions: async () => (await import('./action-start.ts')).actionStart,
  cli: async () => (await import('./cli-start.ts')).cliStart,
  drift: async () => (await import('./drift.ts')).drift,
  again: async () => (await import('./profile-again.ts')).profileAgain,
  scaling: async () => (await import('./scaling.ts')).scaling,
  bootstrap: async () => (await import('./bootstrap.ts')).bootstrap,
  evaluate: async () => (await import('./evaluate.ts')).evaluate,
  tags: async () => (await import('./tags.ts')).tags,
  judge: async () => (await import('./judge.ts')).judge,
  serving: async () => (await import('./serving.ts')).serving,
  serve: async () => (await import('./serve.ts')).serve,
  demo: async () => (await import('./demo.ts')).demo,
  install: async () => (await import('./install.ts')).install,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`expected names of benches (${Object.keys(benches).join(', ')}), found ${unknown.join(', ')}`);
  process.exit(2);
}

// Those that are not run now keep their figures of before.
const figures: Record<string, readonly Figure[]> = existsSync(kept)
  ? // This program wrote it.
    (JSON.parse(readFileSync(kept, 'utf8')) as { readonly figures: Record<string, readonly Figure[]> }).figures
  : {};
for (const [name, load] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const bench = await load();
  console.log(`${name} …`);
  const measured = await bench.run((line) => console.log(`  ${line}`));
  if (measured.length > 0) figures[name] = measured;
}

const machine = {
  cores: availableParallelism(),
  memoryGigabytes: Math.round(totalmem() / 2 ** 30),
  platform: `${process.platform}-${process.arch}`,
  node: process.version,
};
const all = Object.keys(benches).flatMap((name) => figures[name] ?? []);
mkdirSync(join(kept, '..'), { recursive: true });
writeFileSync(kept, `${JSON.stringify({ machine, figures }, null, 2)}\n`);
const table = renderTable(all, machine);
if (existsSync(document)) writeFileSync(document, intoDocument(readFileSync(document, 'utf8'), table));
console.log(`\n${table}\n`);
console.log(`In ${kept}, and in the table of ${document}.`);
const broken = all.filter(({ promise }) => promise?.kept === false);
if (broken.length > 0) console.log(`Not kept: ${broken.map(({ name }) => name).join('; ')}`);

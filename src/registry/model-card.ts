import type { Problem } from '../error.ts';
import type { Task } from '../evaluate/metric-name.ts';
import { code, text } from '../render/escape.ts';
import { table } from '../render/markdown.ts';
import { cardParts, parseCard } from './card-metadata.ts';
import { editYaml } from './edit-yaml.ts';
import type { ReleaseManifest } from './manifest.ts';
import { plainYamlProblems } from './plain-yaml.ts';

/** Where the card of a model is kept. */
export function modelCardPath(model: string): string {
  return `models/${model}/MODEL_CARD.md`;
}

/** What a card says of a release. */
export interface CardFacts {
  readonly manifest: ReleaseManifest;
  readonly task: Task;
  /** What the metrics were measured on. */
  readonly holdout: { readonly path: string; readonly digest: string };
}

/** The card as it has to be, or what is wrong with the one that is there. */
export type WrittenCard =
  | { readonly kind: 'written'; readonly text: string }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

const mark = { begin: '<!-- siskin:release -->', end: '<!-- /siskin:release -->' } as const;

/**
 * Brings a card up to a release: its entry of the model index and the section between our marks are written anew, what
 * people wrote elsewhere stays byte for byte. `card` is null when there is none yet.
 */
export function modelCard(card: string | null, facts: CardFacts): WrittenCard {
  const { model } = facts.manifest;
  const path = modelCardPath(model);
  const { metadata, body } = cardParts(card ?? newCard(facts));
  const isUnfinished = metadata === null && /^\uFEFF?---[ \t]*\r?\n/.test(body);
  const before = metadata ?? '';
  if (isUnfinished || before.trim() !== '') {
    const problems = problemsIn(card ?? '', path, before);
    if (problems.length > 0) return { kind: 'invalid', problems };
  }
  const parsed = before.trim() === '' ? null : parseCard(`---\n${before}---\n`, path);
  const known = parsed?.kind === 'valid' ? parsed.value : {};
  const head = editYaml(before, {
    ...known,
    pipeline_tag: known.pipeline_tag ?? pipelines[facts.task],
    'model-index': withEntry(known['model-index'] ?? [], facts),
  });
  const written = `---\n${head}---\n${withSection(body, section(facts))}`;
  const again = parseCard(written, path);
  return again.kind === 'invalid' ? again : { kind: 'written', text: written };
}

function problemsIn(card: string, path: string, metadata: string): readonly Problem[] {
  const parsed = parseCard(card, path);
  const problems = parsed.kind === 'invalid' ? parsed.problems : [];
  return [...problems, ...plainYamlProblems({ text: `\n${metadata}`, file: path, mostBytes: 100_000 })];
}

/** The Hub's names: https://huggingface.co/tasks. */
const pipelines: Readonly<Record<Task, string>> = {
  binary: 'tabular-classification',
  multiclass: 'tabular-classification',
  multilabel: 'tabular-classification',
  regression: 'tabular-regression',
  ranking: 'text-ranking',
  forecasting: 'time-series-forecasting',
  'text-classification': 'text-classification',
};

type Entry = Readonly<Record<string, unknown>> & { readonly name: string };

/** Entries of other models stay; ours is this release's, whatever it was before. */
function withEntry(index: readonly Entry[], { manifest, task, holdout }: CardFacts): readonly Entry[] {
  const results = Object.entries(manifest.metrics).map(([name, { value, low, high }]) => ({
    type: name.replaceAll('-', '_'),
    value,
    name,
    ...(low === undefined || high === undefined ? {} : { args: { low, high } }),
  }));
  const others = index.filter(({ name }) => name !== manifest.model);
  if (results.length === 0) return [...others, { name: manifest.model, results: [] }];
  const dataset = {
    type: holdout.path.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '') || 'data',
    name: holdout.path,
    revision: holdout.digest,
  };
  const result = { task: { type: pipelines[task], name: task }, dataset, metrics: results };
  const own = { name: manifest.model, results: [result] };
  const at = index.findIndex(({ name }) => name === manifest.model);
  return at === -1 ? [...others, own] : others.toSpliced(at, 0, own);
}

function newCard({ manifest }: CardFacts): string {
  return [
    `# ${manifest.model}`,
    '',
    'What this model is for, where it must not be used, and who answers for it: write it here.',
    '',
    mark.begin,
    mark.end,
    '',
  ].join('\n');
}

/** Without both marks, in their order and once each, the section is put at the end; a lonely mark is taken out. */
function withSection(body: string, content: string): string {
  const inner = content.replaceAll(mark.begin, '').replaceAll(mark.end, '');
  const whole = `${mark.begin}\n${inner}\n${mark.end}`;
  const begin = body.indexOf(mark.begin);
  const end = body.indexOf(mark.end, begin + 1);
  const isOne = begin >= 0 && end > begin && body.split(mark.begin).length === 2 && body.split(mark.end).length === 2;
  if (isOne) return body.slice(0, begin) + whole + body.slice(end + mark.end.length);
  const clean = body.replaceAll(mark.begin, '').replaceAll(mark.end, '');
  const gap = clean === '' || clean.endsWith('\n\n') ? '' : clean.endsWith('\n') ? '\n' : '\n\n';
  return `${clean}${gap}${whole}\n`;
}

function section({ manifest, holdout }: CardFacts): string {
  const { version, artifact, lineage } = manifest;
  const facts = [
    ['Version', code(version)],
    ['Artifact', `${code(artifact.digest)}, ${artifact.bytes} bytes, ${text(artifact.format)}`],
    ['Commit', code(lineage.commit)],
    ...(lineage.run === undefined ? [] : [['Run', code(lineage.run)]]),
    ...lineage.data.map(({ path, digest }) => ['Trained on', `${code(path)}, ${code(digest)}`]),
    ['Measured on', `${code(holdout.path)}, ${code(holdout.digest)}`],
  ];
  const metrics = Object.entries(manifest.metrics).map(([name, { value, low, high }]) => [
    code(name),
    String(value),
    low === undefined || high === undefined ? '' : `${low} to ${high}`,
  ]);
  const settings = [...Object.entries(lineage.parameters), ...Object.entries(lineage.environment)];
  return [
    `## Release ${text(version)}`,
    '',
    table([left(''), left('')], facts),
    ...(metrics.length === 0 ? [] : ['', table([left('Metric'), right('Value'), right('Interval')], metrics)]),
    ...(settings.length === 0
      ? []
      : [
          '',
          table(
            [left('Setting'), left('Value')],
            settings.map(([name, value]) => [code(name), code(String(value))]),
          ),
        ]),
  ].join('\n');
}

function left(title: string) {
  return { title, align: 'left' } as const;
}

function right(title: string) {
  return { title, align: 'right' } as const;
}

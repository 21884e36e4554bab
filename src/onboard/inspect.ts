import { parse } from 'yaml';
import { parseDvcFile, parseDvcLock } from '../change/dvc.ts';
import { globMatcher } from '../change/glob.ts';
import { parseLfsPointer } from '../change/lfs.ts';
import type { TreeEntry } from '../ports.ts';
import { csvSample, isColumnName, type TableSample } from './table-sample.ts';

/** A way to train that the repository has. */
export interface TrainingScript {
  readonly path: string;
  readonly command: string;
}

/** What stands in a repository that a policy can be made of. Paths are sorted. */
export interface Inspection {
  readonly hasDvc: boolean;
  readonly hasLfs: boolean;
  /** Model files, or folders with a TensorFlow.js model.json, that Siskin can evaluate. */
  readonly models: readonly string[];
  /** Model files in formats that must be exported first. */
  readonly foreignModels: readonly string[];
  readonly scripts: readonly TrainingScript[];
  readonly parameters: readonly string[];
  readonly environment: readonly string[];
  readonly training: readonly string[];
  readonly holdout: readonly string[];
  readonly schema: string | null;
  /** Columns that were seen, of the holdout first. */
  readonly samples: readonly TableSample[];
}

const ignored = globMatcher([
  '{node_modules,vendor,.git,.venv,venv,dist,build,out}/**',
  '**/{node_modules,fixtures,__tests__}/**',
  '{test,tests}/**',
]);
const isTable = globMatcher(['**/*.{csv,tsv,parquet,jsonl,ndjson}', '**/*.csv.gz']);
const isForeignModel = globMatcher(['**/*.{pkl,pickle,joblib,pt,pth,h5,keras,safetensors,pb,tflite,bin.xgb,cbm}']);
const isScript = globMatcher(['**/{train,training,fit}{,_*,-*}.{py,js,mjs,ts,R,sh}']);
const isEnvironment = globMatcher([
  '{package-lock.json,yarn.lock,pnpm-lock.yaml,pyproject.toml,uv.lock,poetry.lock,Pipfile.lock,environment.yml,conda-lock.yml,Dockerfile}',
  'requirements*.txt',
]);
const isParameters = globMatcher([
  '{,conf/,config/,configs/}{params,parameters,hyperparameters,hparams}.{yml,yaml,json,toml}',
]);
const holdoutWords = /(^|[/_.-])(hold[-_]?out|test|eval|evaluation|valid|validation|val)([/_.-]|$)/i;

/** A file as a git tree or a folder lists it. */
export type ListedFile = Pick<TreeEntry, 'path' | 'bytes'>;

/** The small files whose beginnings `inspect` wants to see: at most 30, none larger than `largestBytes`. */
export function filesToInspect<File extends ListedFile>(tree: readonly File[], largestBytes: number): readonly File[] {
  const wanted = tree.filter(({ path, bytes }) => {
    if (bytes > largestBytes || ignored(path)) return false;
    return (
      /(^|\/)(dvc\.(yaml|lock)|\.gitattributes|package\.json|schema\.ya?ml)$/.test(path) ||
      path.endsWith('.dvc') ||
      /\.[ct]sv$/.test(path)
    );
  });
  // Pointers and declarations tell more than one more table does.
  return [...wanted].sort((a, b) => Number(isTable(a.path)) - Number(isTable(b.path))).slice(0, 30);
}

/** Looks at the files of a repository (their paths, and the texts of filesToInspect by path) without running anything. */
export function inspect(options: {
  readonly tree: readonly ListedFile[];
  readonly texts: ReadonlyMap<string, string>;
}): Inspection {
  const paths = options.tree
    .map(({ path }) => path)
    .filter((path) => !ignored(path) && isPlain(path))
    .sort();
  const known = new Set(paths);
  const texts = [...options.texts].filter(([path]) => known.has(path));
  const tracked = texts.flatMap(([path, text]) => trackedPaths(path, text));
  const tables = [...new Set([...paths.filter((path) => isTable(path)), ...tracked.filter(isData)])].sort();
  const holdout = tables.filter((path) => holdoutWords.test(path));
  const others = tables.filter((path) => !holdout.includes(path));
  const named = others.filter((path) => /train/i.test(path));
  const schema = paths.find((path) => /(^|\/)schema\.ya?ml$/.test(path)) ?? null;
  const samples = texts.flatMap(([file, text]) => {
    const sample =
      file === schema ? schemaSample(file, text) : /\.[ct]sv$/.test(file) ? csvSample({ file, text }) : null;
    return sample === null ? [] : [sample];
  });
  return {
    hasDvc: paths.some(
      (path) => path === '.dvc/config' || /(^|\/)dvc\.(yaml|lock)$/.test(path) || path.endsWith('.dvc'),
    ),
    hasLfs: texts.some(
      ([path, text]) =>
        (path.endsWith('.gitattributes') && text.includes('filter=lfs')) || parseLfsPointer(text) !== null,
    ),
    models: paths.flatMap((path) => modelPath(path) ?? []),
    foreignModels: paths.filter((path) => isForeignModel(path)),
    scripts: [
      ...dvcScripts(texts),
      ...paths.filter((path) => isScript(path)).map((path) => ({ path, command: commandOf(path, known) })),
    ],
    parameters: paths.filter((path) => isParameters(path)),
    environment: paths.filter((path) => isEnvironment(path)),
    training: named.length > 0 ? named : others,
    holdout,
    schema,
    samples: [...samples].sort((a, b) => Number(holdout.includes(b.file)) - Number(holdout.includes(a.file))),
  };
}

/** Paths that a policy can name and a comment can show; the others are passed over. */
function isPlain(path: string): boolean {
  if (path.length > 300 || !path.isWellFormed() || /[\\\p{Cc}\ufffd`*?{}[\]]/u.test(path)) return false;
  return !/^[/~]|^[A-Za-z]:|(^|\/)(\.\.|\.git)(\/|$)/.test(path);
}

/** Of what DVC keeps: tables, and folders (names without ending). */
function isData(path: string): boolean {
  return isPlain(path) && path !== '' && (isTable(path) || !/\.[^/]*$/.test(path));
}

function trackedPaths(path: string, text: string): readonly string[] {
  if (path.endsWith('.dvc')) return [...(parseDvcFile({ text, path })?.outs.keys() ?? [])];
  if (!/(^|\/)dvc\.lock$/.test(path)) return [];
  const stages = parseDvcLock({ text, path });
  return [...(stages?.values() ?? [])].flatMap(({ outs }) => [...outs.keys()]).filter((out) => isTable(out));
}

function modelPath(path: string): string | null {
  if (path.endsWith('.onnx')) return path;
  return path.endsWith('/model.json') ? path.slice(0, -'/model.json'.length) : null;
}

/** A fresh check-out holds no packages, so the command installs those that the repository pins. */
function commandOf(path: string, files: ReadonlySet<string>): string {
  const script = /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
  if (path.endsWith('.R')) return `Rscript ${script}`;
  if (path.endsWith('.sh')) return `sh ${script}`;
  if (!path.endsWith('.py')) return `${files.has('package-lock.json') ? 'npm ci && ' : ''}node ${script}`;
  if (files.has('uv.lock')) return `uv run python ${script}`;
  if (files.has('poetry.lock')) return `poetry install && poetry run python ${script}`;
  return `${files.has('requirements.txt') ? 'pip install -r requirements.txt && ' : ''}python ${script}`;
}

/** Stages of dvc.yaml that train, as commands that run them with all that they need. */
function dvcScripts(texts: readonly (readonly [path: string, text: string])[]): readonly TrainingScript[] {
  return texts
    .filter(([path]) => path === 'dvc.yaml')
    .flatMap(([path, text]) => {
      const stages = Object.keys(mapping(mapping(yaml(text))['stages']));
      return stages
        .filter((stage) => /^[\w-]*(train|fit)[\w-]*$/i.test(stage))
        .map((stage) => ({ path, command: `dvc repro ${stage}` }));
    });
}

/** The columns that a schema file declares: a mapping or a list under `columns`, each with an optional `type`. */
function schemaSample(file: string, text: string): TableSample | null {
  const declared = mapping(yaml(text))['columns'];
  const entries: readonly (readonly [unknown, unknown])[] = Array.isArray(declared)
    ? declared.map((column) => [mapping(column)['name'] ?? column, column])
    : Object.entries(mapping(declared));
  const columns = entries.flatMap(([name, column]) => {
    if (typeof name !== 'string' || !isColumnName(name)) return [];
    const type = mapping(column)['type'];
    return [{ name, type: typeof type === 'string' ? type : null, values: [] }];
  });
  return columns.length === 0 ? null : { file, columns };
}

function yaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0, logLevel: 'silent' });
  } catch {
    // A file that cannot be read tells nothing; the proposal says what it assumes instead.
    return null;
  }
}

function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : {};
}

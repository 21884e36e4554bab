import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { policyJsonSchema } from '../src/policy/json-schema.ts';
import { actionTables, parseAction } from './action-reference.ts';
import { commandTable, reasonTables } from './command-reference.ts';
import { hygieneTable } from './hygiene-reference.ts';
import { metricTable } from './metric-reference.ts';
import { numberKernelFile, numberKernelModule, numberKernelSource } from './number-kernel.ts';
import { policyTables } from './policy-reference.ts';
import { reportSchemas } from './report-schemas.ts';
import { expressionTable, schemaTables } from './schema-reference.ts';

/**
 * Every file of the repository that is made from another, as it must read: the JSON Schema of the policy, the kernel of profiles, and the parts
 * of READMEs between markers. A README without markers, or that is not there, is left alone.
 */
export function generatedFiles(root: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>(reportSchemas());
  const schema = { title: 'Siskin policy', ...policyJsonSchema() };
  files.set('siskin.schema.json', `${JSON.stringify(schema, null, 2)}\n`);
  if (existsSync(join(root, numberKernelSource))) files.set(numberKernelFile, numberKernelModule(root));
  const actions = actionFolders(root).map((folder) => {
    const file = join(folder, 'action.yml');
    return { folder, action: parseAction({ text: readFileSync(join(root, file), 'utf8'), file }) };
  });
  for (const { folder, action } of actions.filter((one) => one.folder !== '.')) {
    replacePart({ root, files, file: join(folder, 'README.md'), marker: 'action', text: actionTables(action, '##') });
  }
  const reference = actions.map(({ folder, action }) => {
    const address = folder === '.' ? 'siskin' : `siskin/${folder}`;
    return `#### \`${address}\`\n\n${action.description}\n\n${actionTables(action, '#####')}`;
  });
  replacePart({ root, files, file: 'README.md', marker: 'policy', text: policyTables(policyJsonSchema()) });
  replacePart({ root, files, file: 'README.md', marker: 'commands', text: commandTable() });
  replacePart({ root, files, file: 'README.md', marker: 'reasons', text: reasonTables() });
  replacePart({ root, files, file: 'README.md', marker: 'actions', text: reference.join('\n\n') });
  replacePart({ root, files, file: 'docs/evaluation.md', marker: 'metrics', text: metricTable() });
  replacePart({ root, files, file: 'docs/hygiene.md', marker: 'rules', text: hygieneTable() });
  replacePart({ root, files, file: 'docs/validation.md', marker: 'keys', text: schemaTables() });
  replacePart({ root, files, file: 'docs/validation.md', marker: 'functions', text: expressionTable() });
  return files;
}

/** The generated files whose text on disk is not what it must be. */
export function staleFiles(root: string): readonly string[] {
  return [...generatedFiles(root)]
    .filter(([file, text]) => !existsSync(join(root, file)) || readFileSync(join(root, file), 'utf8') !== text)
    .map(([file]) => file);
}

function actionFolders(root: string): readonly string[] {
  const inner = existsSync(join(root, 'actions')) ? readdirSync(join(root, 'actions')).sort() : [];
  return ['.', ...inner.map((name) => join('actions', name))].filter((folder) =>
    existsSync(join(root, folder, 'action.yml')),
  );
}

function replacePart(options: {
  readonly root: string;
  readonly files: Map<string, string>;
  readonly file: string;
  readonly marker: string;
  readonly text: string;
}): void {
  const { root, files, file, marker, text } = options;
  const path = join(root, file);
  const current = files.get(file) ?? (existsSync(path) ? readFileSync(path, 'utf8') : '');
  const start = `<!-- ${marker}:start -->`;
  const end = `<!-- ${marker}:end -->`;
  const from = current.indexOf(start);
  const to = current.indexOf(end, from);
  if (from < 0 || to < 0) return;
  files.set(file, `${current.slice(0, from + start.length)}\n\n${text}\n\n${current.slice(to)}`);
}

const entered = process.argv[1];
if (entered !== undefined && import.meta.url === pathToFileURL(resolve(entered)).href) {
  const root = join(import.meta.dirname, '..');
  const stale = staleFiles(root);
  if (process.argv.includes('--check')) {
    for (const file of stale) {
      process.stderr.write(`${file}: expected what its source says, found something else; run \`npm run generate\`\n`);
    }
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else {
    const files = generatedFiles(root);
    for (const file of stale) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), files.get(file) ?? '');
    }
    process.stdout.write(stale.length === 0 ? 'everything is fresh\n' : `wrote ${stale.join(', ')}\n`);
  }
}

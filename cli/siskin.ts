#!/usr/bin/env node
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type Command, type CommandOptions, type ExitCode, exitCodes, type Invocation } from './command.ts';
import { softwareVersion } from './software-version.ts';

/** Every command: the sentence that `siskin --help` shows, and its module, which is loaded only when it is run. */
const commands: Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>> = {
  init: {
    summary: 'propose a policy and the workflow for this repository',
    load: async () => (await import('./init.ts')).initCommand,
  },
  doctor: {
    summary: 'check that this machine and this repository are ready',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  policy: {
    summary: 'check a policy file and say everything that is wrong with it',
    load: async () => (await import('./policy.ts')).policyCommand,
  },
  connections: {
    summary: 'check the connections to serving platforms and metric sources, as the operator of the App',
    load: async () => (await import('./connections.ts')).connectionsCommand,
  },
  validate: {
    summary: 'check data against its schema, or write a first schema',
    load: async () => (await import('./validate.ts')).validateCommand,
  },
  profile: {
    summary: 'summarise data: counts, nulls, distribution, frequent values',
    load: async () => (await import('./profile.ts')).profileCommand,
  },
  drift: {
    summary: 'say which columns moved between two datasets',
    load: async () => (await import('./drift.ts')).driftCommand,
  },
  evaluate: {
    summary: 'measure a model, and compare it with a champion on the same rows',
    load: async () => (await import('./evaluate.ts')).evaluateCommand,
  },
  compare: {
    summary: 'compare two predictions files row by row',
    load: async () => (await import('./compare.ts')).compareCommand,
  },
  report: {
    summary: 'write what was measured as one HTML page for people',
    load: async () => (await import('./report.ts')).reportCommand,
  },
  explain: {
    summary: 'say what a model reads in the features, and what changed from the champion',
    load: async () => (await import('./explain.ts')).explainCommand,
  },
  models: {
    summary: 'say which versions exist and which environment serves which, from git alone',
    load: async () => (await import('./models.ts')).modelsCommand,
  },
  sign: {
    summary: 'sign a model (OpenSSF Model Signing), with a key or as the job that this runs in',
    load: async () => (await import('./sign.ts')).signCommand,
  },
  verify: {
    summary: 'whether a signature is over exactly this model, and whose it is',
    load: async () => (await import('./verify.ts')).verifyCommand,
  },
  history: {
    summary: 'say which version of a model served when, from git alone',
    load: async () => (await import('./history.ts')).historyCommand,
  },
  replay: {
    summary: 'judge the sealed evidence of a rollout again, by its policy or by another',
    load: async () => (await import('./replay.ts')).replayCommand,
  },
  audit: {
    summary: 'print who caused what, and prove that nothing of it was changed',
    load: async () => (await import('./audit.ts')).auditCommand,
  },
  serve: {
    summary: 'serve ONNX and TensorFlow.js models, by weights that a rollout sets',
    load: async () => (await import('./serve.ts')).serveCommand,
  },
  'serving-test': {
    summary: 'try whether a server of your own keeps the serving contract',
    load: async () => (await import('./serving-test.ts')).servingTestCommand,
  },
  backup: {
    summary: 'write all that the App keeps in its database to one file',
    load: async () => (await import('./backup.ts')).backupCommand,
  },
  restore: {
    summary: 'fill an empty database, of either kind, from a backup',
    load: async () => (await import('./restore.ts')).restoreCommand,
  },
};

const commonOptions: CommandOptions = {
  json: { type: 'boolean', help: 'print exactly one JSON document' },
  verbose: { type: 'boolean', help: 'show where an error came from' },
  help: { type: 'boolean', short: 'h', help: 'show this help' },
};

/** Runs one command line and returns the exit status; everything that is thrown ends here in three lines. */
export async function runCli(options: {
  readonly args: readonly string[];
  readonly folder: string;
  readonly stdout: Invocation['stdout'];
  readonly stderr: Invocation['stderr'];
}): Promise<ExitCode> {
  const { args, folder, stdout, stderr } = options;
  const name = args[0];
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    stdout.write(overview());
    return name === undefined ? exitCodes.badInput : exitCodes.pass;
  }
  if (name === '--version' || name === '-V') {
    stdout.write(`${softwareVersion()}\n`);
    return exitCodes.pass;
  }
  try {
    const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (entry === undefined) return await unknownCommand(name, stderr);
    const command = await entry.load();
    const parsed = parseArgs({
      args: args.slice(1),
      options: parseOptions({ ...commonOptions, ...command.options }),
      allowPositionals: true,
    });
    if (parsed.values['help'] === true) {
      stdout.write(commandHelp(entry.summary, command));
      return exitCodes.pass;
    }
    return await command.run({ args, values: parsed.values, positionals: parsed.positionals, folder, stdout, stderr });
  } catch (thrown) {
    const { reportError } = await import('./report-error.ts');
    return reportError({ thrown, stderr, command: name, isVerbose: args.includes('--verbose') });
  }
}

async function unknownCommand(name: string, stderr: Invocation['stderr']): Promise<ExitCode> {
  const { nearest } = await import('../src/policy/nearest.ts');
  const meant = nearest(name, Object.keys(commands));
  stderr.write(`siskin: expected a command, found ${JSON.stringify(name)}\n`);
  stderr.write(`  commands: ${Object.keys(commands).join(', ')}\n`);
  stderr.write(`  do: ${meant === null ? 'see `siskin --help`' : `did you mean \`siskin ${meant}\`?`}\n`);
  return exitCodes.badInput;
}

function parseOptions(options: CommandOptions) {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, short, multiple }]) => [
      name,
      { type, ...(short === undefined ? {} : { short }), ...(multiple === undefined ? {} : { multiple }) },
    ]),
  );
}

function overview(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(14)}${summary}`);
  return [
    'siskin — merge-to-deploy for models',
    '',
    'Usage: siskin COMMAND [OPTIONS]',
    '',
    ...lines,
    '',
    'Every command has --help and --json. Exit status: 0 pass, 1 a gate failed, 2 bad input or configuration,',
    '3 inconclusive, 4 the world is broken.',
    '',
  ].join('\n');
}

function commandHelp(summary: string, command: Command): string {
  const lines = Object.entries({ ...command.options, ...commonOptions }).map(([name, option]) => {
    const short = option.short === undefined ? '' : `-${option.short}, `;
    const value = option.type === 'boolean' ? '' : ` ${option.value ?? 'VALUE'}`;
    return `  ${`${short}--${name}${value}`.padEnd(24)}${option.help}`;
  });
  return [
    `Usage: siskin ${command.usage}`,
    '',
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    '',
    ...lines,
    '',
  ].join('\n');
}

const entered = process.argv[1];
if (entered !== undefined && import.meta.url === pathToFileURL(resolve(entered)).href) {
  // Whoever reads what we print may have seen enough (`| head`): that is no failure.
  process.stdout.on('error', (error) => {
    if (!('code' in error) || error.code !== 'EPIPE') throw error;
    process.exit();
  });
  process.exitCode = await runCli({
    args: process.argv.slice(2),
    folder: process.cwd(),
    stdout: process.stdout,
    stderr: process.stderr,
  });
}

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { AppError, messageOf } from '../src/error.ts';
import { parseYamlDocument } from '../src/policy/yaml-document.ts';
import { Address } from '../src/rollout/connections/address.ts';
import { testContract } from '../src/rollout/serving/contract-test.ts';
import { ServiceName, TrafficDocument } from '../src/rollout/serving/http-contract.ts';
import {
  type Command,
  type ExitCode,
  exitCodes,
  flag,
  type Invocation,
  requiredOption,
  textOption,
} from './command.ts';

/** `siskin serving-test ADDRESS`: tries every promise of the serving contract against somebody's own server. */
export const servingTestCommand: Command = {
  usage: 'serving-test ADDRESS --service NAME --models FILE [--secret-file FILE]',
  options: {
    service: { type: 'string', value: 'NAME', help: 'the service to set; it must not be one that people use' },
    models: {
      type: 'string',
      value: 'FILE',
      help: 'YAML with `champion` and `candidate`, each {version, digest, uri}',
    },
    'secret-file': { type: 'string', value: 'FILE', help: 'the shared secret (or SISKIN_SERVE_SECRET)' },
    'wait-seconds': { type: 'string', value: 'SECONDS', help: 'how long a wish may take to come true (30)' },
  },
  run,
};

const Served = TrafficDocument.shape.champion.unwrap();
const Models = z.strictObject({ champion: Served, candidate: Served });

async function run(invocation: Invocation): Promise<ExitCode> {
  const { positionals, stdout, folder } = invocation;
  const [address, ...rest] = positionals;
  if (address === undefined || rest.length > 0) {
    throw new AppError('bad-input', `expected one address of a server, found ${positionals.length}; name it`);
  }
  const waitSeconds = Number(textOption(invocation, 'wait-seconds') ?? '30');
  const parsed = z
    .object({ address: Address, service: ServiceName, waitSeconds: z.number().min(1).max(3600) })
    .safeParse({ address, service: requiredOption(invocation, 'service'), waitSeconds });
  if (!parsed.success) throw wrong('arguments that it can take', parsed.error);
  const { champion, candidate } = await readModels(resolve(folder, requiredOption(invocation, 'models')));
  const secret = await secretOf(invocation);
  const service = { ...parsed.data, secret: () => secret, timeoutMs: 10_000, now: Date.now };
  const isJson = flag(invocation, 'json');
  const findings = await testContract({ service, champion, candidate, waitMs: waitSeconds * 1000 }, (finding) => {
    if (!isJson) stdout.write(`${marks[finding.verdict]}  ${finding.promise}${tail(finding.found)}\n`);
  });
  const broken = findings.filter(({ verdict }) => verdict === 'broken').length;
  if (isJson) stdout.write(`${JSON.stringify({ kept: broken === 0, findings }, null, 2)}\n`);
  else
    stdout.write(
      `\n${broken === 0 ? 'The contract is kept.' : `${broken} of ${findings.length} promises are broken.`}\n`,
    );
  return broken === 0 ? exitCodes.pass : exitCodes.gateFailed;
}

const marks = { kept: 'ok ', broken: 'BAD', 'not offered': '–  ' } as const;

function tail(found: string): string {
  return found === '' ? '' : ` (${found.replace(/[\s\p{Cc}]+/gu, ' ')})`;
}

async function readModels(path: string): Promise<z.infer<typeof Models>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError('not-found', `expected the two models in ${path}, found ${messageOf(cause)}; write the file`);
  });
  const parsed = Models.safeParse(parseYamlDocument({ text, file: path }).value);
  if (parsed.success) return parsed.data;
  throw wrong(`champion and candidate in ${path}`, parsed.error);
}

async function secretOf(invocation: Invocation): Promise<string> {
  const file = textOption(invocation, 'secret-file');
  const found =
    file === undefined
      ? process.env['SISKIN_SERVE_SECRET']
      : await readFile(resolve(invocation.folder, file), 'utf8').catch(() => '');
  const secret = found?.trim() ?? '';
  if (secret !== '') return secret;
  throw new AppError(
    'bad-config',
    'expected the shared secret, found none; set SISKIN_SERVE_SECRET or name --secret-file',
  );
}

function wrong(what: string, error: z.ZodError): AppError {
  return new AppError(
    'bad-input',
    `expected ${what}, found: ${z.prettifyError(error).replace(/\s+/g, ' ')}; correct it`,
  );
}

import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { announceMoves, movesBetween } from '../domain/push.ts';
import { holds, type Identity, type Tokens } from '../identity.ts';
import { Refusal } from '../refusal.ts';
import { accountOf, byIdentity, type Mount } from '../routes.ts';
import { authenticate } from '../server/authenticate.ts';
import { canSee, may } from '../server/authorize.ts';
import { findRepository, type Repository, type World } from '../state.ts';
import { gitEnvironment } from './spawn-git.ts';

const address = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** Git over HTTP at `/{owner}/{name}.git`: clone and fetch, and push that moves pull requests and sends webhooks. */
export function smartHttp(world: World, tokens: Tokens): Mount {
  return {
    matches: (pathname) => address.test(pathname),
    handle: async (request, response) => {
      try {
        await serve(world, tokens, { request, response });
      } catch (error) {
        const status = error instanceof Refusal ? error.status : 500;
        const message = error instanceof Error ? error.message : String(error);
        const challenge = status === 401 ? { 'www-authenticate': 'Basic realm="GitHub"' } : {};
        response.writeHead(status, { 'content-type': 'text/plain', ...challenge }).end(`${message}\n`);
      }
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function serve(world: World, tokens: Tokens, exchange: Exchange): Promise<void> {
  const url = new URL(exchange.request.url ?? '/', world.url);
  const [, owner = '', name = '', action = ''] = address.exec(url.pathname) ?? [];
  const service = action === 'info/refs' ? (url.searchParams.get('service') ?? '') : action;
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack') {
    throw new Refusal(403, 'Please upgrade your git client.');
  }
  const identity = await authenticate(world, tokens, exchange.request.headers.authorization);
  const repository = findRepository(world, owner, name);
  if (repository === undefined || !canSee(identity, repository)) {
    throw identity.kind === 'anonymous'
      ? new Refusal(401, 'Authentication required')
      : new Refusal(404, 'Repository not found.');
  }
  permit(identity, { repository, service });
  const headers = { 'cache-control': 'no-cache' };
  if (action === 'info/refs') {
    exchange.response.writeHead(200, { ...headers, 'content-type': `application/x-${service}-advertisement` });
    if (exchange.request.headers['git-protocol'] !== 'version=2' || service === 'git-receive-pack') {
      exchange.response.write(`${packetLine(`# service=${service}\n`)}0000`);
    }
    await runService(repository, { ...exchange, service, args: ['--http-backend-info-refs'], identity });
    return;
  }
  exchange.response.writeHead(200, { ...headers, 'content-type': `application/x-${service}-result` });
  if (service === 'git-upload-pack') {
    await runService(repository, { ...exchange, service, args: [], identity });
    return;
  }
  const moves = await repository.git.exclusive(async () => {
    const before = await repository.git.refs('refs/heads', 'refs/tags');
    await runService(repository, { ...exchange, service, args: [], identity, keepOpen: true });
    return movesBetween(before, await repository.git.refs('refs/heads', 'refs/tags'));
  });
  await announceMoves(world, repository, { moves, by: byIdentity(identity) });
  exchange.response.end();
}

function permit(
  identity: Identity,
  options: { readonly repository: Repository; readonly service: 'git-upload-pack' | 'git-receive-pack' },
): void {
  const { repository } = options;
  const writes = options.service === 'git-receive-pack';
  if (writes && identity.kind === 'anonymous') {
    throw new Refusal(401, 'Authentication required');
  }
  if (!writes && !repository.private) {
    return;
  }
  const permission = writes ? 'contents:write' : 'contents:read';
  if (!may(identity, { repository, permission, role: writes ? 'write' : 'read' })) {
    throw new Refusal(
      403,
      `Permission to ${repository.owner.login}/${repository.name}.git denied to ${accountOf(identity)?.login ?? 'you'}.`,
    );
  }
}

async function runService(
  repository: Repository,
  options: Exchange & {
    readonly service: 'git-upload-pack' | 'git-receive-pack';
    readonly args: readonly string[];
    readonly identity: Identity;
    readonly keepOpen?: true;
  },
): Promise<void> {
  const { request, response, identity } = options;
  const protocol = request.headers['git-protocol'];
  const bound = identity.kind === 'installation' || identity.kind === 'job';
  const refuseWorkflows = bound && !holds(identity.permissions, 'workflows:write');
  const child = spawn('git', [options.service.slice('git-'.length), '--stateless-rpc', ...options.args, '.'], {
    cwd: repository.git.folder,
    env: gitEnvironment({
      ...(typeof protocol === 'string' ? { GIT_PROTOCOL: protocol } : {}),
      ...(refuseWorkflows ? { REFUSE_WORKFLOWS: '1' } : {}),
    }),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const feed =
    options.args.length > 0
      ? Promise.resolve(child.stdin.end())
      : request.headers['content-encoding'] === 'gzip'
        ? pipeline(request, createGunzip(), child.stdin)
        : pipeline(request, child.stdin);
  // git may have read all it needs before the request ends; its answer is what counts.
  await Promise.all([feed.catch(() => {}), pipeline(child.stdout, response, { end: options.keepOpen !== true })]);
}

function packetLine(text: string): string {
  return (text.length + 4).toString(16).padStart(4, '0') + text;
}

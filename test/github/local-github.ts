import { Octokit } from '@octokit/rest';
import { githubReader } from '../../src/github/reader.ts';
import { githubWriter } from '../../src/github/writer.ts';
import type { Repository } from '../../src/intent.ts';
import type { GithubReader, GithubWriter } from '../../src/ports.ts';
import { type LocalServer, localServer, type Reply } from './local-server.ts';

export const repository: Repository = { installation: 5, id: 1, owner: 'acme', name: 'flights' };

/** The adapters in front of a local server that answers what the test scripted under `/repos/acme/flights`. */
export interface LocalGithub extends LocalServer {
  readonly reader: GithubReader;
  readonly writer: GithubWriter;
}

/** Keys are `METHOD path-below-the-repository`; a leading slash makes the path absolute. */
export async function localGithub(script: Readonly<Record<string, Reply | readonly Reply[]>>): Promise<LocalGithub> {
  const absolute = Object.entries(script).map(([key, reply]) => {
    const [method = '', path = ''] = key.split(' ');
    return [`${method} ${path.startsWith('/') ? path : `/repos/acme/flights${path === '' ? '' : '/'}${path}`}`, reply];
  });
  const server = await localServer(Object.fromEntries(absolute));
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const octokit = new Octokit({ baseUrl: server.url, log: quiet });
  const connect = async () => octokit;
  const app = async () => ({ id: 7, slug: 'siskin' });
  return {
    ...server,
    reader: githubReader({ connect, connectAsApp: connect, app }),
    writer: githubWriter(connect, app),
  };
}

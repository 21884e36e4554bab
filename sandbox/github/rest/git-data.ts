import { editTree, type FileEdit } from '../domain/files.ts';
import { moveRef, zeroSha } from '../domain/push.ts';
import { entryType, isSha } from '../git/git-object.ts';
import { isRefName, type Ref } from '../git/git-repository.ts';
import { malformed, notFound, Refusal } from '../refusal.ts';
import { type Answer, byOf, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';
import { flagOf, isObject, optionalChoice, optionalList, optionalText, textOf } from '../server/fields.ts';
import { page } from '../server/paging.ts';
import { nodeId } from '../shape/account.ts';
import { repositoryUrl } from '../shape/repository.ts';
import type { JsonObject } from '../state.ts';
import { encodeLines } from './contents.ts';
import { guardWorkflowChanges, guardWorkflowPaths } from './workflow-guard.ts';

export const gitDataRoutes: readonly Route[] = [
  repositoryRoute('POST /repos/{owner}/{repo}/git/blobs', { permissions: 'contents:write', handle: createBlob }),
  repositoryRoute('GET /repos/{owner}/{repo}/git/blobs/{file_sha}', { permissions: 'contents:read', handle: getBlob }),
  repositoryRoute('POST /repos/{owner}/{repo}/git/trees', { permissions: 'contents:write', handle: createTree }),
  repositoryRoute('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', { permissions: 'contents:read', handle: getTree }),
  repositoryRoute('POST /repos/{owner}/{repo}/git/refs', { permissions: 'contents:write', handle: createRef }),
  repositoryRoute('GET /repos/{owner}/{repo}/git/ref/{ref}', { permissions: 'contents:read', handle: getRef }),
  repositoryRoute('GET /repos/{owner}/{repo}/git/matching-refs/{ref}', {
    permissions: 'contents:read',
    handle: matchingRefs,
  }),
  repositoryRoute('PATCH /repos/{owner}/{repo}/git/refs/{ref}', { permissions: 'contents:write', handle: updateRef }),
  repositoryRoute('DELETE /repos/{owner}/{repo}/git/refs/{ref}', { permissions: 'contents:write', handle: deleteRef }),
];

const maxBlobBytes = 100 * 1024 * 1024;
/** Beyond either bound GitHub cuts a recursive tree and says so. */
const maxTreeEntries = 100_000;
const maxTreeBytes = 7 * 1024 * 1024;

async function createBlob(call: RepositoryCall): Promise<Answer> {
  const content = textOf(call.body, 'content');
  const encoding = optionalChoice(call.body, 'encoding', ['utf-8', 'base64']) ?? 'utf-8';
  const bytes = Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8');
  const sha = await call.repository.git.writeObject('blob', bytes);
  return { status: 201, json: { sha, url: `${repositoryUrl(call.world, call.repository)}/git/blobs/${sha}` } };
}

async function getBlob(call: RepositoryCall): Promise<Answer> {
  const sha = call.params['file_sha'] ?? '';
  const header = isSha(sha) ? await call.repository.git.inspect(sha) : null;
  if (header?.type !== 'blob') {
    throw notFound();
  }
  if (header.size > maxBlobBytes) {
    throw new Refusal(403, 'This API returns blobs up to 100 MB in size.');
  }
  const blob = await call.repository.git.read(sha);
  const content = blob?.content ?? Buffer.alloc(0);
  if (call.format === 'raw') {
    return { status: 200, bytes: content, headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' } };
  }
  return {
    status: 200,
    json: {
      sha,
      node_id: nodeId('Blob', call.repository.id) + sha.slice(0, 8),
      size: header.size,
      url: `${repositoryUrl(call.world, call.repository)}/git/blobs/${sha}`,
      content: encodeLines(content),
      encoding: 'base64',
    },
  };
}

async function createTree(call: RepositoryCall): Promise<Answer> {
  const { git } = call.repository;
  const given = optionalList(call.body, 'tree');
  if (given === null) {
    throw malformed('"tree" wasn\'t supplied.');
  }
  const edits = new Map<string, FileEdit>();
  for (const entry of given) {
    const [path, edit] = await readEntry(call, entry);
    edits.set(path, edit);
  }
  guardWorkflowPaths(call, [...edits.keys()]);
  const base = optionalText(call.body, 'base_tree');
  const baseTree = base === null ? null : await git.tree(base);
  if (base !== null && baseTree === null) {
    throw new Refusal(422, 'base_tree is not a valid tree oid');
  }
  const sha = await editTree(git, baseTree?.sha ?? null, edits);
  return { status: 201, json: await treeShape(call, { sha, isRecursive: false }) };
}

async function readEntry(call: RepositoryCall, entry: unknown): Promise<readonly [string, FileEdit]> {
  if (!isObject(entry)) {
    throw malformed(`For 'properties/tree/items', ${JSON.stringify(entry)} is not an object.`);
  }
  const path = textOf(entry, 'path');
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git')) {
    throw new Refusal(422, 'tree.path contains a malformed path component');
  }
  if (entry['sha'] === null) {
    return [path, null];
  }
  const modes = ['100644', '100755', '040000', '160000', '120000'] as const;
  const mode = optionalChoice(entry, 'mode', modes) ?? '100644';
  const content = optionalText(entry, 'content');
  if (content !== null) {
    return [path, { mode, sha: await call.repository.git.writeObject('blob', Buffer.from(content)) }];
  }
  const sha = textOf(entry, 'sha');
  const object = isSha(sha) ? await call.repository.git.inspect(sha) : null;
  if (!isSha(sha) || (mode !== '160000' && object?.type !== entryType(mode))) {
    throw new Refusal(422, `tree.sha ${sha} is not a valid ${entryType(mode)}`);
  }
  return [path, { mode, sha }];
}

async function getTree(call: RepositoryCall): Promise<Answer> {
  const name = call.params['tree_sha'] ?? '';
  const { git } = call.repository;
  const tree =
    (await git.tree(name)) ?? (isRefName(`refs/heads/${name}`) ? await git.tree(`refs/heads/${name}`) : null);
  if (tree === null) {
    throw notFound();
  }
  // Any value asks for it, also 0 and false.
  return { status: 200, json: await treeShape(call, { sha: tree.sha, isRecursive: call.query.has('recursive') }) };
}

async function treeShape(
  call: RepositoryCall,
  of: { readonly sha: string; readonly isRecursive: boolean },
): Promise<JsonObject> {
  const api = `${repositoryUrl(call.world, call.repository)}/git`;
  const output = await call.repository.git.ask([
    'ls-tree',
    '-z',
    '-l',
    ...(of.isRecursive ? ['-r', '-t'] : []),
    of.sha,
  ]);
  const records = output.toString('utf8').split('\0').filter(Boolean);
  const truncated = records.length > maxTreeEntries || output.length > maxTreeBytes;
  const tree = records.slice(0, maxTreeEntries).map((record) => {
    const tab = record.indexOf('\t');
    const [mode = '', type = '', sha = '', size = '-'] = record.slice(0, tab).split(/ +/);
    return {
      path: record.slice(tab + 1),
      mode,
      type,
      sha,
      ...(type === 'blob' ? { size: Number(size) } : {}),
      ...(type === 'commit' ? {} : { url: `${api}/${type}s/${sha}` }),
    };
  });
  return { sha: of.sha, url: `${api}/trees/${of.sha}`, tree, truncated };
}

async function createRef(call: RepositoryCall): Promise<Answer> {
  const { world, repository } = call;
  const ref = textOf(call.body, 'ref');
  const sha = textOf(call.body, 'sha');
  if (!isRefName(ref) || !/^refs\/(heads|tags)\//.test(ref)) {
    throw new Refusal(422, `${ref} is not a valid ref name.`);
  }
  await expectObject(call, { ref, sha });
  if ((await repository.git.ref(ref)) !== null) {
    throw new Refusal(422, 'Reference already exists');
  }
  await guardWorkflowChanges(call, { before: null, after: sha });
  if (!(await moveRef(world, repository, { ref, sha, expected: zeroSha, by: byOf(call) }))) {
    throw new Refusal(422, 'Reference update failed');
  }
  return { status: 201, json: await readRef(call, ref) };
}

async function getRef(call: RepositoryCall): Promise<Answer> {
  return { status: 200, json: await readRef(call, `refs/${call.params['ref']}`) };
}

async function matchingRefs(call: RepositoryCall): Promise<Answer> {
  const prefix = `refs/${call.params['ref']}`;
  const all = await call.repository.git.refs('refs/');
  const { items, headers } = page(
    call,
    all.filter((ref) => ref.name.startsWith(prefix)),
  );
  return { status: 200, json: items.map((ref) => refShape(call, ref)), headers };
}

async function updateRef(call: RepositoryCall): Promise<Answer> {
  const { world, repository } = call;
  const ref = `refs/${call.params['ref']}`;
  const sha = textOf(call.body, 'sha');
  await expectObject(call, { ref, sha });
  const old = await repository.git.ref(ref);
  if (old === null) {
    throw new Refusal(422, 'Reference does not exist');
  }
  if (!flagOf(call.body, 'force') && !(await repository.git.isAncestor(old.sha, sha))) {
    throw new Refusal(422, 'Update is not a fast forward');
  }
  await guardWorkflowChanges(call, { before: old.sha, after: sha });
  await moveRef(world, repository, { ref, sha, by: byOf(call) });
  return { status: 200, json: await readRef(call, ref) };
}

async function deleteRef(call: RepositoryCall): Promise<Answer> {
  const { world, repository } = call;
  const ref = `refs/${call.params['ref']}`;
  if ((await repository.git.ref(ref)) === null || !/^refs\/(heads|tags)\//.test(ref)) {
    throw new Refusal(422, 'Reference does not exist');
  }
  await moveRef(world, repository, { ref, sha: null, by: byOf(call) });
  return { status: 204 };
}

/** Branches hold commits only; tags hold any object. */
async function expectObject(
  call: RepositoryCall,
  target: { readonly ref: string; readonly sha: string },
): Promise<void> {
  const object = isSha(target.sha) ? await call.repository.git.inspect(target.sha) : null;
  if (object === null || (target.ref.startsWith('refs/heads/') && object.type !== 'commit')) {
    throw new Refusal(422, 'Object does not exist');
  }
}

async function readRef(call: RepositoryCall, name: string): Promise<JsonObject> {
  const ref = await call.repository.git.ref(name);
  if (ref === null) {
    throw notFound();
  }
  return refShape(call, ref);
}

function refShape(call: RepositoryCall, ref: Ref): JsonObject {
  const api = `${repositoryUrl(call.world, call.repository)}/git`;
  return {
    ref: ref.name,
    node_id: Buffer.from(`003:Ref${call.repository.id}:${ref.name}`).toString('base64'),
    url: `${api}/${ref.name.split('/').map(encodeURIComponent).join('/')}`,
    object: { sha: ref.sha, type: ref.type, url: `${api}/${ref.type}s/${ref.sha}` },
  };
}

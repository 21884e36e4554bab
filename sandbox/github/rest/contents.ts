import { editTree, entryAt, type FileEdit, personOf } from '../domain/files.ts';
import { moveRef, zeroSha } from '../domain/push.ts';
import { findCommit } from '../domain/revision.ts';
import { type CommitObject, entryType, type TreeEntry } from '../git/git-object.ts';
import { invalid, malformed, notFound, Refusal } from '../refusal.ts';
import { type Answer, actorOf, byOf, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';
import { optionalText, textOf } from '../server/fields.ts';
import { gitCommitShape } from '../shape/commit.ts';
import { pageUrl, repositoryUrl } from '../shape/repository.ts';
import type { JsonObject } from '../state.ts';
import { givenPerson } from './git-commits.ts';
import { guardWorkflowPaths } from './workflow-guard.ts';

export const contentRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}/contents/{path}', { permissions: 'contents:read', handle: getContent }),
  // Octokit sends the root folder's empty path as `contents/`.
  repositoryRoute('GET /repos/{owner}/{repo}/contents', { permissions: 'contents:read', handle: getContent }),
  repositoryRoute('PUT /repos/{owner}/{repo}/contents/{path}', { permissions: 'contents:write', handle: putFile }),
  repositoryRoute('DELETE /repos/{owner}/{repo}/contents/{path}', {
    permissions: 'contents:write',
    handle: deleteFile,
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/readme', { permissions: 'contents:read', handle: getReadme }),
  repositoryRoute('GET /repos/{owner}/{repo}/tarball/{ref}', {
    permissions: 'contents:read',
    handle: (call) => archive(call, 'tar.gz'),
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/zipball/{ref}', {
    permissions: 'contents:read',
    handle: (call) => archive(call, 'zip'),
  }),
];

/** Larger files come only as `raw`; beyond the second bound they do not come at all. */
const maxEncodedBytes = 1024 * 1024;
const maxRawBytes = 100 * 1024 * 1024;

async function getContent(call: RepositoryCall): Promise<Answer> {
  return readContent(call, (call.params['path'] ?? '').replace(/\/+$/, ''));
}

async function getReadme(call: RepositoryCall): Promise<Answer> {
  const commit = await askedCommit(call);
  const tree = await call.repository.git.tree(commit.tree);
  const readme = tree?.entries.find((entry) => /^readme(\.\w+)?$/i.test(entry.name));
  if (readme === undefined) {
    throw notFound();
  }
  return readContent(call, readme.name);
}

async function readContent(call: RepositoryCall, path: string): Promise<Answer> {
  const { repository } = call;
  const commit = await askedCommit(call);
  const entry = path === '' ? null : await entryAt(repository.git, commit.tree, path);
  if (path !== '' && entry === null) {
    throw notFound();
  }
  if (entry === null || entryType(entry.mode) === 'tree') {
    const tree = await repository.git.tree(entry?.sha ?? commit.tree);
    const entries = await Promise.all(
      (tree?.entries ?? []).map(async (child) => {
        const size = entryType(child.mode) === 'blob' ? ((await repository.git.inspect(child.sha))?.size ?? 0) : 0;
        const at = path === '' ? child.name : `${path}/${child.name}`;
        return contentShape(call, { entry: child, path: at, size, commit });
      }),
    );
    return { status: 200, json: entries };
  }
  return readFile(call, { entry, path, commit });
}

async function readFile(
  call: RepositoryCall,
  found: { readonly entry: TreeEntry; readonly path: string; readonly commit: CommitObject },
): Promise<Answer> {
  const header = await call.repository.git.inspect(found.entry.sha);
  const size = header?.size ?? 0;
  if (size > maxRawBytes) {
    throw new Refusal(403, 'This API returns blobs up to 100 MB in size.', {
      details: { errors: [{ resource: 'Blob', field: 'data', code: 'too_large' }] },
    });
  }
  if (call.format === 'raw') {
    const blob = await call.repository.git.read(found.entry.sha);
    const headers = { 'content-type': 'application/vnd.github.raw; charset=utf-8' };
    return { status: 200, bytes: blob?.content ?? Buffer.alloc(0), headers };
  }
  const blob = size > maxEncodedBytes ? null : await call.repository.git.read(found.entry.sha);
  const content = blob === null ? '' : encodeLines(blob.content);
  const encoding = blob === null ? 'none' : 'base64';
  return { status: 200, json: { ...contentShape(call, { ...found, size }), content, encoding } };
}

/** Base64 in lines of sixty, each ended by a newline, as GitHub writes it. */
export function encodeLines(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('base64')
    .replace(/.{1,60}/g, '$&\n');
}

async function askedCommit(call: RepositoryCall): Promise<CommitObject> {
  const name = call.query.get('ref') ?? call.repository.defaultBranch;
  const commit = await findCommit(call.repository.git, name);
  if (commit === null) {
    throw new Refusal(404, `No commit found for the ref ${name}`);
  }
  return commit;
}

function contentShape(
  call: RepositoryCall,
  of: { readonly entry: TreeEntry; readonly path: string; readonly size: number; readonly commit: CommitObject },
): JsonObject {
  const { world, repository } = call;
  const { entry, path } = of;
  const type = { tree: 'dir', blob: entry.mode === '120000' ? 'symlink' : 'file', commit: 'submodule' }[
    entryType(entry.mode)
  ];
  const ref = call.query.get('ref') ?? repository.defaultBranch;
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  const self = `${repositoryUrl(world, repository)}/contents/${encoded}?ref=${encodeURIComponent(ref)}`;
  const html = `${pageUrl(world, repository)}/${type === 'dir' ? 'tree' : 'blob'}/${ref}/${encoded}`;
  const git = `${repositoryUrl(world, repository)}/git/${type === 'dir' ? 'trees' : 'blobs'}/${entry.sha}`;
  return {
    name: entry.name,
    path,
    sha: entry.sha,
    size: of.size,
    url: self,
    html_url: html,
    git_url: git,
    download_url:
      type === 'dir'
        ? null
        : `${world.url}/raw/${repository.owner.login}/${repository.name}/${of.commit.sha}/${encoded}`,
    type,
    _links: { self, git, html },
  };
}

async function putFile(call: RepositoryCall): Promise<Answer> {
  const encoded = textOf(call.body, 'content');
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(encoded)) {
    throw new Refusal(422, 'content is not valid Base64');
  }
  const bytes = Buffer.from(encoded, 'base64');
  const sha = await call.repository.git.writeObject('blob', bytes);
  return commitFile(call, { edit: { mode: '100644', sha }, size: bytes.length });
}

function deleteFile(call: RepositoryCall): Promise<Answer> {
  return commitFile(call, { edit: null, size: 0 });
}

async function commitFile(
  call: RepositoryCall,
  change: { readonly edit: FileEdit; readonly size: number },
): Promise<Answer> {
  const { world, repository, body } = call;
  const { git } = repository;
  const path = call.params['path'] ?? '';
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..' || part === '.git')) {
    throw malformed('path contains a malformed path component');
  }
  guardWorkflowPaths(call, [path]);
  const message = textOf(body, 'message');
  const branch = optionalText(body, 'branch') ?? repository.defaultBranch;
  const tip = await git.ref(`refs/heads/${branch}`);
  const parent = tip === null ? null : await git.commit(tip.sha);
  const isFirst = parent === null && (await git.refs('refs/heads')).length === 0;
  if (parent === null && !isFirst) {
    throw new Refusal(404, `Branch ${branch} not found`);
  }
  const old = parent === null ? null : await entryAt(git, parent.tree, path);
  checkOldSha(old, { given: optionalText(body, 'sha'), path, deletes: change.edit === null });
  const mode = old !== null && entryType(old.mode) === 'blob' ? old.mode : '100644';
  const edit = change.edit === null ? null : { ...change.edit, mode };
  const tree = await editTree(git, parent?.tree ?? null, new Map([[path, edit]]));
  const committer = givenPerson(call, 'committer') ?? givenPerson(call, 'author') ?? null;
  const author = givenPerson(call, 'author') ?? committer;
  const actor = personOf(actorOf(call), world.clock());
  const sha = await git.writeCommit({
    tree,
    parents: parent === null ? [] : [parent.sha],
    author: author ?? actor,
    committer: committer ?? actor,
    message,
  });
  const ref = `refs/heads/${branch}`;
  if (!(await moveRef(world, repository, { ref, sha, expected: parent?.sha ?? zeroSha, by: byOf(call) }))) {
    throw new Refusal(409, `is at a different commit but expected ${parent?.sha ?? zeroSha}`);
  }
  const commit = await git.commit(sha);
  const entry = edit === null ? null : { ...edit, name: path.split('/').at(-1) ?? path };
  return {
    status: old === null ? 201 : 200,
    json: {
      content:
        entry === null || commit === null ? null : contentShape(call, { entry, path, size: change.size, commit }),
      commit: commit === null ? null : gitCommitShape(world, repository, commit),
    },
  };
}

/** GitHub wants the old blob's SHA, so that nobody overwrites what they did not see. */
function checkOldSha(
  old: TreeEntry | null,
  change: { readonly given: string | null; readonly path: string; readonly deletes: boolean },
): void {
  if (old === null) {
    if (change.deletes) {
      throw notFound();
    }
    return;
  }
  if (change.given === null) {
    throw malformed('"sha" wasn\'t supplied.');
  }
  if (change.given !== old.sha) {
    throw new Refusal(409, `${change.path} does not match ${change.given}`);
  }
  if (entryType(old.mode) === 'tree') {
    throw invalid('Content', 'path', 'invalid', `${change.path} is a directory`);
  }
}

/** GitHub sends callers on to another host for archives; here it is the same one. */
async function archive(call: RepositoryCall, format: 'tar.gz' | 'zip'): Promise<Answer> {
  const { world, repository } = call;
  const commit = await findCommit(repository.git, call.params['ref'] ?? repository.defaultBranch);
  if (commit === null) {
    throw notFound();
  }
  return { status: 302, headers: { location: `${pageUrl(world, repository)}/legacy.${format}/${commit.sha}` } };
}

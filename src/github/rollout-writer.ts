import type { AppIdentity } from '../observe.ts';
import type { RolloutWriter } from '../ports/rollout-writer.ts';
import type { Connect } from './connection.ts';
import { readFile } from './contents.ts';
import { publishDeployment } from './deployments.ts';
import { openIssue } from './issues.ts';
import { mergeOwn } from './own-merge.ts';
import { createTag, listTagNames, proposeFiles, readDefaultTip, readTags, saveFiles } from './own-refs.ts';

/** Writes about rollouts to GitHub as this App, over a connection to the one repository that is meant. */
export function rolloutWriter(connect: Connect, app: () => Promise<AppIdentity>): RolloutWriter {
  return {
    publishDeployment: async (repository, options) =>
      publishDeployment(await connect(repository), repository, { app: await app(), ...options }),
    listTagNames: async (repository, prefix) => listTagNames(await connect(repository), repository, prefix),
    readTags: async (repository, names) => readTags(await connect(repository), repository, names),
    createTag: async (repository, tag) => createTag(await connect(repository), repository, { app: await app(), tag }),
    saveFiles: async (repository, options) => saveFiles(await connect(repository), repository, options),
    async readTip(repository, path) {
      const github = await connect(repository);
      const tip = await readDefaultTip(github, repository);
      return { ...tip, text: await readFile(github, repository, { path, ref: tip.sha }) };
    },
    proposeFiles: async (repository, options) =>
      proposeFiles(await connect(repository), repository, { app: await app(), ...options }),
    mergeOwn: async (repository, number) =>
      mergeOwn(await connect(repository), repository, { app: await app(), number }),
    openIssue: async (repository, issue) =>
      openIssue(await connect(repository), repository, { app: await app(), ...issue }),
  };
}

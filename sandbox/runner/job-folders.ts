import { lstat, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JobOrder, RunnerMachine } from './job-order.ts';

/** The folders of one job, laid out as GitHub's runner does. */
export interface JobFolders {
  /** `_work/<repo>/<repo>`: kept between jobs, as on a self-hosted runner. */
  readonly workspace: string;
  readonly temp: string;
  readonly actions: string;
  readonly home: string;
  readonly eventPath: string;
}

/** Makes the folders of a job; `_temp` and `_actions` begin empty. */
export async function prepareFolders(machine: RunnerMachine, order: JobOrder): Promise<JobFolders> {
  const work = join(machine.folder, '_work');
  const { name } = order.run.repository;
  const folders = {
    workspace: join(work, name, name),
    temp: join(work, '_temp'),
    actions: join(work, '_actions'),
    home: join(machine.folder, 'home'),
    eventPath: join(work, '_temp', '_github_workflow', 'event.json'),
  };
  await Promise.all([folders.temp, folders.actions].map((folder) => rm(folder, { recursive: true, force: true })));
  await Promise.all(
    [
      folders.workspace,
      folders.actions,
      folders.home,
      machine.toolCache,
      dirname(folders.eventPath),
      join(folders.temp, '_runner_file_commands'),
    ].map((folder) => mkdir(folder, { recursive: true })),
  );
  // Beside the workspace and not above `_actions`: an action must not find what the image has by chance.
  await linkModules(machine, join(work, name, 'node_modules'));
  await writeFile(folders.eventPath, JSON.stringify(order.run.eventPayload, null, 2));
  return folders;
}

async function linkModules(machine: RunnerMachine, link: string): Promise<void> {
  if (machine.preinstalledModules !== null && (await lstat(link).catch(() => null)) === null) {
    await symlink(machine.preinstalledModules, link);
  }
}

import { join } from 'node:path';
import type { z } from 'zod';
import type { Repository } from '../../intent.ts';
import type { Opening } from '../../rollout/connections/opening.ts';
import type { ArtifactStore } from './artifact-store.ts';
import * as folder from './folder.ts';

/** One kind of store: what its operator writes, and how that becomes the port for one repository. */
export interface StoreKind {
  /** The keys of a connection beside `kind`, `repositories` and `environments`. */
  readonly Connection: z.ZodObject;
  /** ZodError when the connection does not fit, AppError when a credential is not there. */
  readonly open: (given: {
    readonly connection: unknown;
    readonly place: Opening;
    readonly repository: Pick<Repository, 'owner' | 'name'>;
  }) => ArtifactStore;
}

/** Every store by the `kind` of its connections. No name is also a serving platform's or a metric source's. */
export const storeKinds: Readonly<Record<string, StoreKind>> = {
  folder: {
    Connection: folder.Connection,
    open: ({ connection, repository }) => {
      const { path } = folder.Connection.parse(connection);
      return folder.folderStore(join(path, repository.owner.toLowerCase(), repository.name.toLowerCase()));
    },
  },
};

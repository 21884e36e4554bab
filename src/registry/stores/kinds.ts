import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import type { Repository } from '../../intent.ts';
import type { Opening } from '../../rollout/connections/opening.ts';
import type { ArtifactStore } from './artifact-store.ts';
import * as dvc from './dvc.ts';
import * as folder from './folder.ts';
import * as mlflow from './mlflow.ts';
import * as oci from './oci.ts';
import * as s3 from './s3.ts';

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

/** Puts a store's own settings behind the general ones. */
function storeKind<Connection extends z.ZodObject>(
  settings: Connection,
  open: (
    settings: z.output<Connection>,
    given: { readonly place: Opening; readonly repository: Pick<Repository, 'owner' | 'name'> },
  ) => ArtifactStore,
): StoreKind {
  return {
    Connection: settings,
    open: ({ connection, ...given }) => open(settings.parse(connection), given),
  };
}

/** Every store by the `kind` of its connections. No name is also a serving platform's or a metric source's. */
export const storeKinds: Readonly<Record<string, StoreKind>> = {
  folder: storeKind(folder.Connection, ({ path }, { repository }) =>
    folder.folderStore(join(path, repository.owner.toLowerCase(), repository.name.toLowerCase())),
  ),
  s3: storeKind(s3.Connection, s3.s3Store),
  oci: storeKind(oci.Connection, oci.ociStore),
  mlflow: storeKind(mlflow.Connection, mlflow.mlflowStore),
  dvc: storeKind(dvc.Connection, ({ path }, { repository }) =>
    dvc.dvcStore(dvc.folderFiles(path), { address: pathToFileURL(path).href, repository }),
  ),
  'dvc-s3': storeKind(s3.Connection, (settings, { place, repository }) =>
    dvc.dvcStore(s3.s3Files(settings, { place, folder: settings.prefix ?? '' }), {
      address: ['s3:/', settings.bucket, settings.prefix].filter(Boolean).join('/'),
      repository,
    }),
  ),
};

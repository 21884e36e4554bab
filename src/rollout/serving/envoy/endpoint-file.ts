import { constants } from 'node:fs';
import { access, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../error.ts';

/** Puts the endpoint of a cluster into the file that Envoy watches, in one step: Envoy looks when a file is moved there. */
export async function writeEndpoints(
  folder: string,
  cluster: string,
  { address, port }: { readonly address: string; readonly port: number },
): Promise<void> {
  const endpoint = { address: { socket_address: { address, port_value: port } } };
  const assignment = {
    '@type': 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
    cluster_name: cluster,
    endpoints: [{ lb_endpoints: [{ endpoint }] }],
  };
  const path = join(folder, `${cluster}.json`);
  try {
    const file = await open(`${path}.next`, 'w', 0o644);
    try {
      await file.writeFile(JSON.stringify({ resources: [assignment] }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.next`, path);
  } catch (cause) {
    throw notWritable(folder, cause);
  }
}

/** AppError when Siskin cannot write there. */
export async function checkFolder(folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw notWritable(folder, cause);
  }
}

function notWritable(folder: string, cause: unknown): AppError {
  const found = cause instanceof Error && 'code' in cause ? String(cause.code) : 'an error';
  return new AppError(
    'not-permitted',
    `expected to write into ${folder}, found ${found}; make it writable for Siskin`,
    { cause },
  );
}

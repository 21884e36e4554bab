import { expect } from 'vitest';
import type { KubeApiserver } from './kube-apiserver.ts';

let count = 0;

/** A namespace in which Siskin may do what docs/serving.md says, and an object in it. */
export async function begin(
  server: KubeApiserver,
  {
    api,
    kind,
    plural,
    spec,
    verbs = ['get', 'patch'],
  }: {
    readonly api: string;
    readonly kind: string;
    readonly plural: string;
    readonly spec: object;
    readonly verbs?: readonly string[] | undefined;
  },
) {
  count += 1;
  const namespace = `team-${count}`;
  await server.ask('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const resources = [plural, ...(plural === 'rollouts' ? ['rollouts/status'] : [])];
  const rules = [{ apiGroups: [api.split('/')[0]], resources, verbs }];
  await server.ask('POST', `${rbac}/roles`, { metadata: { name: 'siskin' }, rules });
  await server.ask('POST', `${rbac}/rolebindings`, {
    metadata: { name: 'siskin' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'siskin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'siskin' }],
  });
  const all = `/apis/${api}/namespaces/${namespace}/${plural}`;
  const made = await server.ask('POST', all, { apiVersion: api, kind, metadata: { name: 'fraud' }, spec });
  expect(made.status, JSON.stringify(made.json)).toBe(201);
  const connection = { address: server.url, namespace, token: { env: 'TOKEN' }, 'ca-file': server.ca };
  return {
    connection: { ...connection, 'timeout-seconds': 5 },
    namespace,
    read: async () => (await server.ask('GET', `${all}/fraud`)).json,
    write: async (patch: object, below = '') => {
      const { status, json } = await server.ask('PATCH', `${all}/fraud${below}`, patch, 'application/merge-patch+json');
      expect(status, JSON.stringify(json)).toBe(200);
    },
  };
}

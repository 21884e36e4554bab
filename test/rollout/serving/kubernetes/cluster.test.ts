import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/error.ts';
import type { ReadSecret } from '../../../../src/rollout/connections/secret.ts';
import { ClusterConnection, clusterOf } from '../../../../src/rollout/serving/kubernetes/cluster.ts';
import { versionName } from '../../../../src/rollout/serving/kubernetes/names.ts';
import { modelOf } from '../models.ts';

/** Each credential is its own name, and what is not there is said so. */
function secretsWith(known: Readonly<Record<string, string>>): ReadSecret {
  return (secret) => {
    const name = 'env' in secret ? secret.env : secret.file;
    const value = known[name] ?? (name.startsWith('/') ? `the text of ${name}` : undefined);
    if (value === undefined)
      throw new AppError('bad-config', `expected a credential in ${name}, found none; put it there`);
    return value;
  };
}

function opened(written: object, known: Readonly<Record<string, string>> = {}) {
  return clusterOf(ClusterConnection.parse({ namespace: 'models', ...written }), {
    name: 'cluster',
    secret: secretsWith(known),
  });
}

describe('a cluster', () => {
  it('is the one that Siskin runs in when none is named, with the account of its pod', () => {
    const cluster = opened({}, { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' });

    expect(cluster.address).toBe('https://[fd00::1]:6443');
    expect(cluster.credentials()).toEqual({
      token: 'the text of /var/run/secrets/kubernetes.io/serviceaccount/token',
      ca: 'the text of /var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
      client: null,
    });
    expect(() => opened({})).toThrow('expected `address` in `cluster`, or to run in a cluster, found neither');
  });

  it('is never told the account of the pod when it is another one', () => {
    const cluster = opened({ address: 'https://elsewhere:6443' });
    expect(cluster.credentials()).toEqual({ token: null, ca: null, client: null });
  });

  it('is asked by a token or by a certificate with its key, and each is read again every time', () => {
    const known: Record<string, string> = { TOKEN: 'first', CERT: 'c', KEY: 'k' };
    const address = 'https://a:6443';
    const cluster = opened({ address, token: { env: 'TOKEN' }, 'ca-file': '/ca.crt' }, known);
    known['TOKEN'] = 'second';
    expect(cluster.credentials()).toEqual({ token: 'second', ca: 'the text of /ca.crt', client: null });
    const [certificate, key] = [{ env: 'CERT' }, { env: 'KEY' }];
    expect(opened({ address, certificate, key }, known).credentials().client).toEqual({ certificate: 'c', key: 'k' });
    for (const mixed of [{ certificate }, { key }, { token: { env: 'TOKEN' }, certificate, key }]) {
      expect(() => opened({ address, ...mixed }, known)).toThrow('found another mixture in `cluster`; keep one way');
    }
  });

  it.each(['', 'UPPER', '../x', 'a/b', 'a b', '-a', 'ä'])('has no namespace %j', (namespace) => {
    expect(ClusterConnection.safeParse({ namespace }).success).toBe(false);
  });
});

describe('the name of a version', () => {
  it.each([
    ['{model}-{version}', '1.5.0', 'fraud-1-5-0'],
    ['{model}-{version}.models.svc.cluster.local', '2.0.0-RC_1', 'fraud-2-0-0-rc-1.models.svc.cluster.local'],
    ['{model}-{digest}', '1.5.0', 'fraud-312e352e3000'],
  ])('of %j for %s is %s', (text, version, name) => {
    expect(versionName(text, 'fraud', modelOf(version))).toBe(name);
  });

  it.each(['1/../2', '1 2', '二', "1'", '${x}', 'x'.repeat(300)])('is none for %j', (version) => {
    expect(() => versionName('{model}-{version}', 'fraud', modelOf(version))).toThrow(
      'expected a version that a name in Kubernetes can hold',
    );
  });
});

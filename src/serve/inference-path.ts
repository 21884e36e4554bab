/** What a path of the Open Inference Protocol v2 is about. */
export interface InferencePath {
  readonly kind: 'server' | 'live' | 'ready' | 'model' | 'model-ready' | 'infer';
  readonly model: string;
  readonly version: string | null;
}

const fixed: ReadonlyMap<string, InferencePath['kind']> = new Map([
  ['/v2', 'server'],
  ['/v2/', 'server'],
  ['/v2/health/live', 'live'],
  ['/v2/health/ready', 'ready'],
]);

/** Reads a path without its query; null when it is none of the protocol's. */
export function parseInferencePath(path: string): InferencePath | null {
  const kind = fixed.get(path);
  if (kind !== undefined) return { kind, model: '', version: null };
  const match = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(?:\/(ready|infer))?$/.exec(path);
  if (match === null) return null;
  const [, model = '', version, verb] = match;
  try {
    const named = version === undefined ? null : decodeURIComponent(version);
    const about = verb === 'infer' ? 'infer' : verb === 'ready' ? 'model-ready' : 'model';
    return { kind: about, model: decodeURIComponent(model), version: named };
  } catch {
    return null;
  }
}

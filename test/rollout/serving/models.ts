import type { ServedModel } from '../../../src/ports/serving.ts';

/** A model of which only the version matters; its digest is made of it. */
export function modelOf(version: string, uri = `https://models.example/fraud/${version}`): ServedModel {
  return { version, digest: `sha256:${Buffer.from(version).toString('hex').padEnd(64, '0').slice(0, 64)}`, uri };
}

import type { Observed } from '../../../ports/serving.ts';
import type { Backend } from './backend.ts';
import type { Read } from './state.ts';

/** What the backend serves, by weights, states and addresses of its servers; only which version that is comes from the record. */
export function observed(backend: Backend, { servers, record, entries }: Read): Observed {
  const candidateSlot = record?.candidate ?? null;
  // Before a record, or after it was lost, whatever is not the first server counts as a candidate.
  const championSlot = record?.champion ?? backend.servers.find((slot) => slot !== candidateSlot) ?? backend.servers[0];
  const usable = servers.filter((server) => server.usable);
  const whole = usable.reduce((sum, { weight }) => sum + weight, 0);
  const share = usable.filter(({ name }) => name !== championSlot).reduce((sum, { weight }) => sum + weight, 0);
  const candidate = servers.find(({ name }) => name === candidateSlot);
  const routed = candidate?.usable === true ? Number(entries.get(`${backend.backend}/share`) ?? 0) || 0 : 0;
  const strayed = servers.filter(({ name, at }) => (record?.models[name]?.at ?? at) !== at);
  // A server that is not where Siskin put it serves nobody knows what.
  const model = (slot: string | null) =>
    slot === null || strayed.some(({ name }) => name === slot) ? undefined : record?.models[slot];
  const troubles = servers
    .filter(({ name, weight, trouble }) => trouble !== null && (name === candidateSlot || weight > 0))
    .map(({ name, trouble }) => `server ${backend.backend}/${name} ${trouble}`);
  for (const { name, at, weight } of strayed) {
    if (weight > 0 || name === candidateSlot) {
      troubles.push(`server ${backend.backend}/${name} is at ${at}, and was put at ${record?.models[name]?.at}`);
    }
  }
  return {
    fence: record?.fence ?? null,
    champion:
      record !== null && record.champion === null
        ? null
        : { version: model(championSlot)?.version ?? null, digest: model(championSlot)?.digest ?? null },
    candidate:
      candidateSlot === null
        ? null
        : {
            version: model(candidateSlot)?.version ?? null,
            digest: model(candidateSlot)?.digest ?? null,
            ready: candidate?.usable ?? false,
          },
    weight: Math.max(whole === 0 ? 0 : (share / whole) * 100, routed),
    shadow: 0,
    trouble: troubles.length === 0 ? null : troubles.join('; ').slice(0, 500),
  };
}

import type { Observed } from '../../../ports/serving.ts';
import type { SlotRecord, Slots } from './slots.ts';

/** One server or cluster between which a proxy splits. */
export interface ProxyServer {
  readonly name: string;
  /** Address and port. */
  readonly at: string;
  readonly weight: number;
  /** Why it gets no requests now (`is down`); null when it does. */
  readonly trouble: string | null;
}

/** What two slots serve, by weights, states and addresses of the servers; only which version that is comes from the record. */
export function observedOf({
  label,
  slots,
  servers,
  record,
  routed,
  shadow,
  failover,
}: {
  /** What goes before the name of a server in messages. */
  readonly label: string;
  readonly slots: Slots;
  readonly servers: readonly ProxyServer[];
  readonly record: SlotRecord | null;
  /** Percent of an audience that is sent to the candidate whatever the weights are. */
  readonly routed: number;
  readonly shadow: number;
  /** Who gets the share of a server that is down: the others, or nobody. */
  readonly failover: 'others' | 'none';
}): Observed {
  const candidateSlot = record?.candidate ?? null;
  // Before a record, or after it was lost, whatever is not the first server counts as a candidate.
  const championSlot = record?.champion ?? slots.find((slot) => slot !== candidateSlot) ?? slots[0];
  const usable = servers.filter(({ trouble }) => failover === 'none' || trouble === null);
  const whole = usable.reduce((sum, { weight }) => sum + weight, 0);
  const share = usable.filter(({ name }) => name !== championSlot).reduce((sum, { weight }) => sum + weight, 0);
  const candidate = servers.find(({ name }) => name === candidateSlot);
  const isReady = candidate !== undefined && candidate.trouble === null;
  const strayed = servers.filter(({ name, at }) => (record?.models[name]?.at ?? at) !== at);
  const model = (slot: string) => {
    // A server that is not where Siskin put it serves nobody knows what.
    const known = strayed.some(({ name }) => name === slot) ? undefined : record?.models[slot];
    return { version: known?.version ?? null, digest: known?.digest ?? null };
  };
  const concerns = ({ name, weight }: ProxyServer): boolean => weight > 0 || name === candidateSlot;
  const troubles = [
    ...servers
      .filter((server) => server.trouble !== null && concerns(server))
      .map(({ name, trouble }) => `server ${label}${name} ${trouble}`),
    ...strayed
      .filter(concerns)
      .map(({ name, at }) => `server ${label}${name} is at ${at}, and was put at ${record?.models[name]?.at}`),
  ];
  return {
    fence: record?.fence ?? null,
    champion: record !== null && record.champion === null ? null : model(championSlot),
    candidate: candidateSlot === null ? null : { ...model(candidateSlot), ready: isReady },
    weight: Math.max(whole === 0 ? 0 : (share / whole) * 100, isReady ? routed : 0),
    shadow: isReady ? shadow : 0,
    trouble: troubles.length === 0 ? null : troubles.join('; ').slice(0, 500),
  };
}

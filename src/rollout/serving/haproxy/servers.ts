import type { ProxyServer } from '../proxy/observed.ts';

/** The servers of one backend out of the answer, version 1 of its format; null when it is no such answer. */
export function parseServers(answer: string, backend: string): readonly ProxyServer[] | null {
  const lines = answer.split('\n');
  const header = lines.findIndex((line) => line.startsWith('# be_id be_name '));
  if (lines[0] !== '1' || header < 0) return null;
  const columns = (lines[header] ?? '').slice(2).split(' ');
  const servers: ProxyServer[] = [];
  for (const line of lines.slice(header + 1)) {
    if (line === '') continue;
    const cells = line.split(' ');
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? '';
    const [weight, port] = [Number(cell('srv_uweight')), Number(cell('srv_port'))];
    const [operation, administration] = [Number(cell('srv_op_state')), Number(cell('srv_admin_state'))];
    if (![weight, port, operation, administration].every(Number.isSafeInteger)) return null;
    if (cell('be_name') !== backend) continue;
    servers.push({
      name: cell('srv_name'),
      at: `${cell('srv_addr')}:${port}`,
      weight,
      trouble: troubleOf(operation, administration),
    });
  }
  return servers;
}

// Bits of SRV_ADMF_* and values of SRV_ST_* in HAProxy's management guide.
function troubleOf(operation: number, administration: number): string | null {
  if ((administration & 0x23) !== 0) return 'is in maintenance';
  if ((administration & 0x18) !== 0) return 'is draining';
  if (operation === 0) return 'is down';
  if (operation === 3) return 'is stopping';
  return null;
}

/** The entries of a map out of the answer to `show map`, by key. */
export function parseMap(answer: string): ReadonlyMap<string, string> {
  const entries = answer
    .split('\n')
    .map((line) => /^0x[0-9a-f]+ (\S+) (.*)$/.exec(line))
    .flatMap((match) => (match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const]));
  return new Map(entries);
}

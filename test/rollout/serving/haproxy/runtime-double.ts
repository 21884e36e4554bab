import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { befalls, type Faults, noFaults } from '../faults.ts';

interface DoubleServer {
  address: string;
  port: number;
  weight: number;
  admin: number;
  state: number;
}

/** HAProxy's runtime API with one backend `fraud`, as its management guide describes it (version 2.6). */
export interface RuntimeDouble extends AsyncDisposable {
  readonly socket: { readonly path: string };
  readonly faults: Faults;
  readonly servers: Map<string, DoubleServer>;
  readonly map: Map<string, string>;
}

const mapPath = '/etc/haproxy/siskin.map';

/** Starts one at a UNIX socket. */
export async function startRuntimeDouble(): Promise<RuntimeDouble> {
  const folder = await mkdtemp(join(tmpdir(), 'haproxy-'));
  const path = join(folder, 's');
  const faults = noFaults();
  const server = (port: number, weight: number): DoubleServer => ({
    address: '127.0.0.1',
    port,
    weight,
    admin: 0,
    state: 2,
  });
  const servers = new Map([
    ['a', server(18_081, 100)],
    ['b', server(18_082, 0)],
  ]);
  const map = new Map<string, string>();
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.once('data', (data) => answer(socket, data.toString('utf8')));
  });
  function answer(socket: Socket, line: string): void {
    const commands = split(line.trimEnd(), ';').map((one) =>
      split(one, ' ').map((token) => token.replaceAll(/\\(.)/g, '$1')),
    );
    const isRead = commands.every(([verb]) => verb === 'show');
    const fault = befalls(faults, isRead ? 'read' : 'write');
    if (fault === 'broken') socket.destroy();
    if (fault === 'garbled') socket.end('HTTP/1.0 400 Bad Request\r\n\r\n');
    if (fault === 'denied') socket.end(commands.map(() => 'Permission denied\n\n').join(''));
    if (fault === 'huge') flood(socket);
    if (fault === 'idle') socket.end(commands.map(() => '\n').join(''));
    if (fault === 'none') socket.end(commands.map((one) => `${run(one)}\n`).join(''));
  }
  function run(command: readonly string[]): string {
    const [verb, what, first = '', second = '', third = '', , port] = command;
    if (verb === 'show' && what === 'cli') return 'admin\n';
    if (verb === 'show' && what === 'servers') return second === 'fraud' ? state() : "Can't find backend.\n";
    if (what === 'map' && first !== mapPath) return 'Unknown map identifier. Please use #<id> or <file>.\n';
    if (verb === 'show') return [...map].map(([key, value]) => `0x55 ${key} ${value}\n`).join('');
    // The real one would keep both.
    if (verb === 'add') return map.has(second) ? 'added twice\n' : map.set(second, third) && '';
    if (what === 'map') return map.has(second) ? map.set(second, third) && '' : 'entry not found.\n';
    const one = first.startsWith('fraud/') ? servers.get(first.slice(6)) : undefined;
    if (one === undefined) return 'No such server.\n';
    if (second === 'weight') one.weight = Number(third);
    if (second === 'state') one.admin = third === 'ready' ? 0 : 1;
    if (second !== 'addr') return '';
    Object.assign(one, { address: third, port: Number(port) });
    return `IP changed from '127.0.0.1' to '${third}' by 'stats socket command'\n`;
  }
  function state(): string {
    const rows = [...servers].map(
      ([name, one], index) =>
        `3 fraud ${index + 1} ${name} ${one.address} ${one.state} ${one.admin} ${one.weight} 1 0 1 0 2 0 0 0 0 - ${one.port} - 0 0 - - 0\n`,
    );
    return `1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port\n${rows.join('')}`;
  }
  await new Promise<void>((resolve) => listener.listen(path, resolve));
  return {
    socket: { path },
    faults,
    servers,
    map,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Splits where the sign stands that no backslash is before. */
function split(text: string, sign: ';' | ' '): readonly string[] {
  return (text.match(new RegExp(`(?:\\\\.|[^${sign}\\\\])+`, 'g')) ?? []).map((part) => part.trim());
}

function flood(socket: Socket): void {
  while (!socket.destroyed && socket.write('x'.repeat(65_536)));
  socket.once('drain', () => flood(socket));
}

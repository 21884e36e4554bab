import { connect } from 'node:net';

/** Whether anybody takes a TCP connection at `host:port` within this time. */
export function canConnect(at: string, timeoutMs: number): Promise<boolean> {
  const colon = at.lastIndexOf(':');
  return new Promise((resolve) => {
    const socket = connect({ host: at.slice(0, colon), port: Number(at.slice(colon + 1)), timeout: timeoutMs });
    const end = (isOpen: boolean) => () => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', end(true)).once('timeout', end(false)).once('error', end(false));
  });
}

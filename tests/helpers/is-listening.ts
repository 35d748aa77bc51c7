import { once } from 'node:events';
import { connect } from 'node:net';

/** Whether anything listens there. */
export async function isListening(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  // Who listens may end at the same moment: that is no error of its own.
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  try {
    await once(socket, 'connect');
    // Where nobody listens, a socket that happens to get the same port as its own is connected to itself.
    return socket.localPort !== socket.remotePort;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

import { chmodSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { openControlFile } from './file.ts';
import {
  type Ask,
  type ControlAnswer,
  type ControlServer,
  decodeMessage,
  encodeAnswer,
  longestMessage,
  socketName,
} from './protocol.ts';
import { socketPath } from './socket-path.ts';

const mostConnections = 32;
/** A connection that does not ask in this time, or does not take its answer. */
const patienceMs = 10_000;
const lastWordsMs = 500;

/**
 * Listens in the folder of a run, for its owner only: at a Unix socket, and where there can be none in a file. What lies there of
 * a process that is gone is replaced. What is not understood is refused and does no harm.
 * @throws Error where others could steer the run: on a disk that keeps no permissions
 */
export async function openControl(folder: string, ask: Ask): Promise<ControlServer> {
  rmSync(join(folder, socketName), { force: true });
  const path = socketPath(folder);
  const server = path === null ? null : await listen(path, ask);
  return server ?? openControlFile(folder, ask);
}

/** @returns null where sockets do not work: another system, another kind of disk */
async function listen(path: string, ask: Ask): Promise<ControlServer | null> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(socket, ask);
  });
  server.maxConnections = mostConnections;
  if (!(await bind(server, path))) return null;
  if ((statSync(path).mode & 0o077) !== 0) {
    server.close();
    return null;
  }
  // Whatever becomes of one connection, the run goes on.
  server.on('error', () => {});
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // An answer that was given is on its way; who has none gets none.
      for (const socket of sockets) if (!socket.writableEnded) socket.destroy();
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, lastWordsMs);
      await closed;
      clearTimeout(timer);
      rmSync(path, { force: true });
    },
  };
}

function bind(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.once('listening', () => {
      server.removeAllListeners('error');
      resolve(true);
    });
    // The socket is made while `listen` runs: at no time is it anybody else's.
    const before = process.umask(0o177);
    try {
      server.listen(path);
    } finally {
      process.umask(before);
    }
    try {
      chmodSync(path, 0o600);
    } catch {
      // Not made: the error follows.
    }
  });
}

/** One line in, one line out. */
function serve(socket: Socket, ask: Ask): void {
  let text = '';
  let isRead = false;
  const close = (id: string, answer: ControlAnswer) => socket.end(encodeAnswer(id, answer));
  socket.setEncoding('utf8');
  socket.setTimeout(patienceMs, () => socket.destroy());
  // Who asked may be gone before the answer comes.
  socket.on('error', () => {});
  socket.on('data', (part: string) => {
    if (isRead) return;
    text += part;
    const end = text.indexOf('\n');
    if (end < 0 && Buffer.byteLength(text) < longestMessage) return;
    isRead = true;
    const isTooLong = end < 0 || Buffer.byteLength(text.slice(0, end + 1)) > longestMessage;
    const message = isTooLong
      ? `not understood: it has more than ${longestMessage} bytes`
      : decodeMessage(text.slice(0, end));
    text = '';
    if (typeof message === 'string') return close('', { ok: false, reason: message });
    socket.setTimeout(0);
    void ask(message.command).then((answer) => close(message.id, answer));
  });
}

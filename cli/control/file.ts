import { closeSync, constants, fstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Ask,
  answersName,
  type ControlServer,
  decodeMessage,
  encodeAnswer,
  longestMessage,
  requestsName,
} from './protocol.ts';

const pollMs = 200;

/**
 * The same as at a socket, by two files of the owner: what is asked is appended to the one, what is answered to the other. They
 * are held open, so that no other file can take their place.
 * @throws Error when the disk keeps no permissions, and others could write there
 */
export function openControlFile(folder: string, ask: Ask): ControlServer {
  const paths = [join(folder, requestsName), join(folder, answersName)] as const;
  const [requests, answers] = paths.map(makeFile) as [number, number];
  if (!isPrivate(requests)) {
    for (const path of paths) rmSync(path, { force: true });
    throw new Error('files on this disk are open to other users');
  }
  let text = '';
  let offset = 0;
  let isSkipping = false;
  let isOpen = true;

  const answer: (...parts: Parameters<typeof encodeAnswer>) => void = (id, given) => {
    if (isOpen) writeSync(answers, encodeAnswer(id, given));
  };
  const take = (line: string) => {
    const message = decodeMessage(line);
    if (typeof message === 'string') return answer('', { ok: false, reason: message });
    void ask(message.command).then((given) => answer(message.id, given));
  };
  const poll = () => {
    const { size } = fstatSync(requests);
    if (size <= offset || !isPrivate(requests)) return;
    const buffer = Buffer.alloc(Math.min(size - offset, 64 * longestMessage));
    offset += readSync(requests, buffer, 0, buffer.length, offset);
    const lines = (text + buffer.toString('utf8')).split('\n');
    text = lines.pop()!;
    for (const line of lines) {
      if (!isSkipping && line.length < longestMessage) take(line);
      else if (!isSkipping) refuseLong();
      isSkipping = false;
    }
    if (text.length < longestMessage) return;
    if (!isSkipping) refuseLong();
    isSkipping = true;
    text = '';
  };
  const refuseLong = () =>
    answer('', { ok: false, reason: `not understood: it has more than ${longestMessage} bytes` });

  const timer = setInterval(poll, pollMs);
  return {
    async close() {
      clearInterval(timer);
      isOpen = false;
      closeSync(requests);
      closeSync(answers);
      for (const path of paths) rmSync(path, { force: true });
    },
  };
}

/** Windows has no modes: who may write there is what the folder says. */
function isPrivate(file: number): boolean {
  const { uid, mode } = fstatSync(file);
  return process.platform === 'win32' || (uid === process.getuid?.() && (mode & 0o077) === 0);
}

function makeFile(path: string): number {
  rmSync(path, { force: true });
  const { O_RDWR, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;
  return openSync(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
}

import { randomUUID } from 'node:crypto';
import { closeSync, constants, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../run/process-alive.ts';
import { readStatus } from '../run/run-folder.ts';
import {
  answersName,
  type ControlAnswer,
  type ControlCommand,
  type ControlMessage,
  decodeAnswer,
  encodeMessage,
  longestMessage,
  requestsName,
  socketName,
} from './protocol.ts';
import { socketPath } from './socket-path.ts';

/**
 * Asks a run of another process for something. The answer comes when it is in effect, which takes a step, or an evaluation.
 * Whatever keeps the run from answering is an answer, too; never rejects.
 */
export async function sendControl(run: string, command: ControlCommand): Promise<ControlAnswer> {
  const message: ControlMessage = { v: 1, id: randomUUID(), command };
  try {
    if (existsSync(join(run, socketName))) return (await bySocket(run, message)) ?? silence(run);
    if (existsSync(join(run, requestsName))) return (await byFile(run, message)) ?? silence(run);
    return silence(run);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return refused('the run belongs to another user');
    return refused(error instanceof Error ? error.message : String(error));
  }
}

const refused = (reason: string): ControlAnswer => ({ ok: false, reason });

/** @returns null when nobody listens, or whoever listened is gone without an answer */
function bySocket(run: string, message: ControlMessage): Promise<ControlAnswer | null> {
  const path = socketPath(run);
  if (path === null)
    return Promise.resolve(refused('the path of the run is too long: go into its folder, and name it "."'));
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(path);
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      text += part;
      if (text.length > longestMessage) socket.destroy();
    });
    socket.once('connect', () => socket.write(encodeMessage(message)));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EACCES' || error.code === 'EPERM') reject(error);
      else resolve(null);
    });
    socket.once('close', () => resolve(decodeAnswer(text)?.answer ?? null));
  });
}

const pollMs = 100;

async function byFile(run: string, { id, v, command }: ControlMessage): Promise<ControlAnswer | null> {
  const { O_WRONLY, O_APPEND, O_NOFOLLOW = 0 } = constants;
  const file = openSync(join(run, requestsName), O_WRONLY | O_APPEND | O_NOFOLLOW);
  try {
    writeSync(file, encodeMessage({ v, id, command }));
  } finally {
    closeSync(file);
  }
  while (isGoingOn(run)) {
    const answer = answerIn(join(run, answersName), id);
    if (answer !== null) return answer;
    await sleep(pollMs);
  }
  // The end of a run removes the answer to what ended it.
  const status = readStatus(run);
  const isDone = status?.state === (command === 'stop' ? 'stopped' : 'aborted');
  const isEnd = command === 'stop' || command === 'abort';
  return isEnd && isDone ? { ok: true, step: status.step } : null;
}

function answerIn(path: string, id: string): ControlAnswer | null {
  try {
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      const answered = decodeAnswer(line);
      if (answered?.id === id) return answered.answer;
    }
  } catch {
    // Removed: the run has ended.
  }
  return null;
}

function isGoingOn(run: string): boolean {
  const status = readStatus(run);
  return status?.state === 'running' && isAlive(status.pid);
}

const endings = {
  finished: 'the run has ended',
  'early-stopping': 'the run has ended',
  stopped: 'the run was stopped',
  aborted: 'the run was aborted',
  diverged: 'the run has diverged and ended',
  failed: 'the run has failed and ended',
};

/** What it means that no answer came. */
function silence(run: string): ControlAnswer {
  const status = readStatus(run);
  if (status === undefined) return refused('there is no run in this folder');
  const { state, pid } = status;
  if (state !== 'running') return refused(endings[state]);
  return refused(
    isAlive(pid)
      ? 'nobody answers: the run does not listen yet, or any more'
      : 'nobody answers: the process of the run has died',
  );
}

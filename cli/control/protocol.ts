import type { ControlAnswer, ControlCommand } from '../../src/trainer/control.ts';

export type { ControlAnswer, ControlCommand } from '../../src/trainer/control.ts';

/** Asks something of a run; the answer comes when it is in effect. Never rejects. */
export type Ask = (command: ControlCommand) => Promise<ControlAnswer>;

/** What lets other processes of the same user steer a run. */
export interface ControlServer {
  /** Lets answers that were given out, and removes what others find it by. */
  close(): Promise<void>;
}

/** All commands, in the order in which they are shown. */
export const controlCommands: readonly ControlCommand[] = ['pause', 'resume', 'save', 'evaluate', 'stop', 'abort'];

/** The socket in a run's folder. */
export const socketName = 'control.sock';
/** Where sockets do not work: what is asked, and what is answered, one JSON document a line. */
export const requestsName = 'control.jsonl';
export const answersName = 'control-answers.jsonl';

/** Bytes that a message may have, its line feed included. */
export const longestMessage = 1024;

/** What is asked of a run. `id`: the answer in the file has it, too. */
export interface ControlMessage {
  v: 1;
  id: string;
  command: ControlCommand;
}

export const encodeMessage = (message: ControlMessage): string => `${JSON.stringify(message)}\n`;

/** @returns what is wrong with it, in words, where it is no message */
export function decodeMessage(line: string): ControlMessage | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'not understood: it is no JSON';
  }
  if (typeof value !== 'object' || value === null) return 'not understood: it is no JSON object';
  const { v, id, command } = value as Partial<Record<keyof ControlMessage, unknown>>;
  if (v !== 1) return 'not understood: it is of another version';
  if (typeof id !== 'string' || id.length > 64) return 'not understood: it has no id';
  const known = controlCommands.find((candidate) => candidate === command);
  return known === undefined
    ? `there is no such command; there are ${controlCommands.join(', ')}`
    : { v, id, command: known };
}

/** One line, as it is sent back. */
export const encodeAnswer = (id: string, answer: ControlAnswer): string => `${JSON.stringify({ id, ...answer })}\n`;

/** @returns null for what is no answer */
export function decodeAnswer(line: string): { id: string; answer: ControlAnswer } | null {
  try {
    const { id, ok, step, reason } = JSON.parse(line);
    if (typeof id !== 'string') return null;
    if (ok === true && Number.isInteger(step)) return { id, answer: { ok, step } };
    if (ok === false && typeof reason === 'string') return { id, answer: { ok, reason } };
    return null;
  } catch {
    return null;
  }
}

import { DistiltuneError } from '../errors.ts';

/**
 * What a running training can be asked for. `stop` saves and ends; `abort` ends and saves nothing more; `evaluate` measures the
 * model as it is.
 */
export type ControlCommand = 'pause' | 'resume' | 'save' | 'evaluate' | 'stop' | 'abort';

/** `ok`: it is in effect, after that step. Else why it will not be. */
export type ControlAnswer = { ok: true; step: number } | { ok: false; reason: string };

/** What was asked for, on its way to the loop. */
export interface ControlRequest {
  readonly command: ControlCommand;
  answer(answer: ControlAnswer): void;
}

/** What becomes known when something is asked for, before the loop comes to it. */
export type ControlNews =
  | { command: ControlCommand; state: 'asked' }
  | { command: ControlCommand; state: 'refused'; reason: string };

/** What joins a training with those who steer it: they ask, the loop takes up what was asked between two steps. */
export interface TrainControl {
  /** Asks; the answer comes when the command is in effect, or refused. Never rejects. */
  ask(command: ControlCommand): Promise<ControlAnswer>;
  /** Sees what is asked for as it is asked, and what is refused because the training is over. Returns what ends that. */
  listen(listener: (news: ControlNews) => void): () => void;
  /** Aborted as soon as `stop` or `abort` is asked for. */
  readonly stopping: AbortSignal;
  /** The oldest request that was not taken yet. For the loop. */
  take(): ControlRequest | undefined;
  /** Resolves when there is a request to take. For the loop. */
  arrival(): Promise<void>;
  /** The training is over after `step`: what was not taken is refused, and so is what is asked for later. */
  close(step: number): void;
}

/** @param stop what `stop` and `abort` abort, for a caller that stops more by it than the loop */
export function createControl(stop = new AbortController()): TrainControl {
  const requests: ControlRequest[] = [];
  const listeners = new Set<(news: ControlNews) => void>();
  let wake = () => {};
  let closed: string | undefined;
  const tell = (news: ControlNews) => {
    for (const listener of listeners) listener(news);
  };
  return {
    stopping: stop.signal,
    ask(command) {
      tell({ command, state: 'asked' });
      if (closed !== undefined) {
        tell({ command, state: 'refused', reason: closed });
        return Promise.resolve({ ok: false, reason: closed });
      }
      return new Promise((answer) => {
        // Whoever gives up does not wait for what was asked for before.
        if (command === 'abort') requests.unshift({ command, answer });
        else requests.push({ command, answer });
        if (command === 'stop' || command === 'abort') stop.abort(new DistiltuneError('stopped'));
        wake();
      });
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    take: () => requests.shift(),
    arrival() {
      if (requests.length > 0) return Promise.resolve();
      return new Promise((resolve) => {
        wake = resolve;
      });
    },
    close(step) {
      closed ??= `training has ended after step ${step}`;
      for (const { command, answer } of requests.splice(0)) {
        tell({ command, state: 'refused', reason: closed });
        answer({ ok: false, reason: closed });
      }
    },
  };
}

import type { ControlCommand } from '../../control/protocol.ts';

const asked: Readonly<Record<ControlCommand, string>> = {
  pause: 'pause asked: after this step',
  resume: 'resume asked',
  save: 'save asked: after this step',
  evaluate: 'evaluation asked: after this step',
  stop: 'stop asked: finishing the step, then saving',
  abort: 'stopping now: the last checkpoint is kept',
};

const done: Readonly<Record<ControlCommand, string>> = {
  pause: 'paused',
  resume: 'resumed',
  save: 'saved',
  evaluate: 'evaluated',
  stop: 'stopping',
  abort: 'aborted',
};

/** What became of a command, in words: the same in the log and where it was asked. */
export function controlText(event: {
  command: ControlCommand;
  state: 'asked' | 'done' | 'refused';
  step: number;
  reason?: string | undefined;
}): string {
  const { command, state, step, reason } = event;
  if (state === 'asked') return asked[command];
  if (state === 'done') return `${done[command]} at step ${step.toLocaleString('en-US')}`;
  return `${command} refused: ${reason ?? 'no reason was given'}`;
}

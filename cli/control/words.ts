import type { ControlCommand } from './protocol.ts';

/** What is true of a run when a command is in effect. */
export function doneText(command: ControlCommand, step: number): string {
  const at = `after step ${step}`;
  return {
    pause: `paused ${at}`,
    resume: `going on ${at}`,
    save: `saved ${at}`,
    evaluate: `evaluated ${at}`,
    stop: `stopped ${at}, and saved`,
    abort: `aborted ${at}: the last checkpoint is kept`,
  }[command];
}

import { useRef, useState } from 'react';
import type { ControlAnswer, ControlCommand } from '../../control/protocol.ts';
import { controlText } from '../state/control-text.ts';
import type { Notice } from './scene.ts';

export interface Control {
  /** What became of what was asked last. */
  notice: Notice | null;
  /** Asks something of the run. It is said at once that it was asked; what becomes of it, when the run answers. */
  ask(command: ControlCommand, by?: Send): void;
  /** Says something that was done here. */
  say(text: string): void;
  /** What was asked and is not answered yet. */
  pending: ReadonlySet<ControlCommand>;
}

type Send = (command: ControlCommand) => Promise<ControlAnswer>;

/** @param send undefined: the run cannot be steered */
export function useControl(send: Send | undefined, step: number): Control {
  const [notice, setNotice] = useState<Notice | null>(null);
  const pending = useRef(new Set<ControlCommand>());
  const tell = (level: Notice['level'], text: string) => setNotice({ level, text, time: Date.now() });
  const ask = (command: ControlCommand, by = send) => {
    if (by === undefined || pending.current.has(command)) return;
    pending.current.add(command);
    tell('asked', controlText({ command, state: 'asked', step }));
    by(command)
      .catch(
        (error: unknown): ControlAnswer => ({
          ok: false,
          reason: error instanceof Error ? error.message : String(error),
        }),
      )
      .then((answer) => {
        pending.current.delete(command);
        if (answer.ok) tell('done', controlText({ command, state: 'done', step: answer.step }));
        else tell('refused', controlText({ command, state: 'refused', step, reason: answer.reason }));
      });
  };
  return { notice, ask, say: (text) => tell('done', text), pending: pending.current };
}

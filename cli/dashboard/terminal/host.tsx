import './production.ts';
import type { ReactElement } from 'react';
import { UsageError } from '../../../src/errors.ts';
import type { Theme } from '../theme.ts';
import type { Key } from './key.ts';
import { createKeyParser } from './key-parser.ts';
import { createPainter } from './painter.ts';
import type { ScreenSize } from './screen.ts';
import { openStage } from './stage.tsx';
import { takeTerminal } from './terminal.ts';

/** A terminal taken over by a screen. */
export interface Host {
  /** Shows the element in place of what was shown. */
  show(element: ReactElement): void;
  /** Gives the terminal back as it was found; resolves when what is written next follows on the main screen. */
  close(): Promise<void>;
  /**
   * Resolves when the terminal has been given back: by `close`, because it is gone, or by a signal. Rejects with what a component threw.
   */
  readonly closed: Promise<void>;
}

/**
 * Shows elements on the terminal's alternate screen until `close`. However the process ends, the terminal is given back first,
 * and errors are printed on the main screen. Signals (SIGINT, SIGTERM, SIGHUP, SIGQUIT) close the host; where nothing else listens for
 * the signal the process then ends by it. Ctrl-C is a key; it is a SIGINT while no component listens for keys. Ctrl-Z suspends, as
 * SIGTSTP does: the shell has its terminal back until `fg`. Ctrl-L paints the screen anew.
 * @throws UsageError where stdin or stdout is no terminal
 */
export async function openHost(options: {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  theme: Theme;
  /** Held back while the host is open, since it would be written across the screen. */
  stderr?: NodeJS.WriteStream;
  /** Milliseconds between two frames that no key asked for. */
  interval?: number;
}): Promise<Host> {
  const { stdin, stdout, theme, stderr = process.stderr, interval = 200 } = options;
  if (!stdin.isTTY || !stdout.isTTY) {
    throw new UsageError('the dashboard needs a terminal', { fix: 'use --ui plain' });
  }
  let resolveClosed = () => {};
  let rejectClosed = (_: unknown) => {};
  const closed = new Promise<void>((resolve, reject) => {
    resolveClosed = resolve;
    rejectClosed = reject;
  });

  let isOpen = true;
  const giveBack = () => {
    if (!isOpen) return;
    isOpen = false;
    painter.stop();
    keys.stop();
    stdout.off('resize', resized);
    terminal.release();
  };
  const close = async () => {
    giveBack();
    stage.close();
    await terminal.flushed();
    resolveClosed();
  };
  const painter = createPainter({ stdout, frame: () => stage.frame(), interval });
  const stage = openStage({
    size: sizeOf(stdout),
    theme,
    onChange: painter.invalidate,
    onError: (error) => {
      giveBack();
      rejectClosed(error);
    },
  });
  const pressed = (key: Key) => {
    if (!isOpen) return;
    if (key.name === 'ctrl+z') return terminal.suspend();
    if (key.name === 'ctrl+l') return painter.forget();
    painter.hurry();
    if (!stage.press(key) && key.name === 'ctrl+c') process.kill(process.pid, 'SIGINT');
  };
  const keys = createKeyParser(pressed);
  const resized = () => {
    stage.resize(sizeOf(stdout));
    painter.forget();
  };
  const terminal = takeTerminal({
    stdin,
    stdout,
    stderr,
    onData: keys.push,
    onTaken: painter.forget,
    onLost: () => void close(),
    onExit: giveBack,
    onSignal: (signal) => {
      giveBack();
      // Ink listens for signals, too, as long as it renders.
      stage.close();
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
      else resolveClosed();
    },
  });
  stdout.on('resize', resized);
  return { show: stage.show, close, closed };
}

function sizeOf(stdout: NodeJS.WriteStream): ScreenSize {
  return { columns: stdout.columns || 80, rows: stdout.rows || 24 };
}

import type { Command } from 'commander';
import picocolors from 'picocolors';
import { type Environment, readEnvironment } from './environment.ts';
import { escapeControls, escapeControlsButColours } from './plain/controls.ts';

export type Colors = ReturnType<typeof picocolors.createColors>;

/** One of the two streams a command writes to, with what it may look like there. */
export interface Output {
  /** Writes what is made for a terminal, as it stands. */
  write(text: string): void;
  /** Writes a line. Control characters in it are escaped, but for colours where there are any. */
  line(text?: string): void;
  readonly isTerminal: boolean;
  /** Columns of the terminal; 80 where there is none. */
  readonly width: number;
  /** Functions that colour a text, or leave it as it is where colour is unwanted. */
  readonly colors: Colors;
}

/** The options that every command takes. */
export interface GlobalOptions {
  quiet: boolean;
  verbose: boolean;
  json: boolean;
  /** False: never ask. */
  input: boolean;
}

/** What a command is given of the outside world. */
export interface Context extends GlobalOptions {
  environment: Environment;
  /** Results. */
  stdout: Output;
  /** Progress and errors. Nothing is progress with `--quiet`: use `note`. */
  stderr: Output;
  /** A line of progress on stderr, left out with `--quiet`. */
  note(text: string): void;
  /** Whether a question can be asked: both ends are a terminal and `--no-input` was not given. */
  isInteractive: boolean;
}

/** @param command the command that runs, or the program */
export function contextOf(command: Command): Context {
  const options = command.optsWithGlobals();
  const environment = readEnvironment();
  const output = (stream: NodeJS.WriteStream): Output => {
    const isTerminal = stream.isTTY === true;
    const hasColors = isTerminal && options.color !== false && !environment.plain;
    const shown = hasColors ? escapeControlsButColours : escapeControls;
    return {
      write: (text) => void stream.write(text),
      line: (text = '') => void stream.write(`${shown(text)}\n`),
      isTerminal,
      width: stream.columns || 80,
      colors: picocolors.createColors(hasColors),
    };
  };
  const stderr = output(process.stderr);
  const quiet = options.quiet === true;
  const input = options.input !== false;
  return {
    quiet,
    verbose: options.verbose === true,
    json: options.json === true,
    input,
    environment,
    stdout: output(process.stdout),
    stderr,
    note: (text) => {
      if (!quiet) stderr.line(text);
    },
    isInteractive: input && process.stdin.isTTY === true && stderr.isTerminal,
  };
}

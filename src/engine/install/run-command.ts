import { spawn } from 'node:child_process';
import os from 'node:os';

export type Environment = Record<string, string | undefined>;

export interface CommandOptions {
  cwd?: string;
  environment: Environment;
  signal?: AbortSignal | undefined;
}

export interface CommandResult {
  /** null: the command was not found, or was ended by a signal. */
  code: number | null;
  found: boolean;
  endedBy: string | null;
  stdout: string;
  /** The end of it, at most 64 kB. */
  stderr: string;
}

/**
 * Runs a program to its end, without a shell and without standard input.
 * @throws the signal's reason when aborted; the program is ended then
 */
export async function runCommand(
  command: string,
  arguments_: string[],
  { cwd, environment, signal }: CommandOptions,
): Promise<CommandResult> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(command, arguments_, {
      cwd,
      env: environment,
      signal,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      // npm is a .cmd file there, which only a shell starts; all arguments are ours and need no quoting.
      shell: os.platform() === 'win32' && command === 'npm',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(-65_536);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-65_536);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) reject(signal.reason);
      else if (error.code === 'ENOENT' || error.code === 'EACCES') {
        resolve({ code: null, found: false, endedBy: null, stdout, stderr });
      } else reject(error);
    });
    child.on('close', (code, endedBy) => {
      const settle = () => {
        if (signal?.aborted) reject(signal.reason);
        else resolve({ code, found: true, endedBy, stdout, stderr });
      };
      // A terminal's Ctrl-C goes to both, and the system may tell us of the program's end before it tells us of the signal.
      if (endedBy === 'SIGINT' || endedBy === 'SIGTERM' || endedBy === 'SIGHUP') setTimeout(settle, 300);
      else settle();
    });
  });
}

/** The lines of a program's output most worth showing: its errors, else its last words; at most 300 characters. */
export function essence(output: string): string {
  const lines = output
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  const errors = lines.filter((line) => /\berror\b/i.test(line));
  const chosen = (errors.length > 0 ? errors.slice(0, 2) : lines.slice(-2)).join(' | ');
  return chosen.length > 300 ? `${chosen.slice(0, 299)}…` : chosen;
}

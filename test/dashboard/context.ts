import picocolors from 'picocolors';
import type { Context, Output } from '../../cli/context.ts';
import { readEnvironment } from '../../cli/environment.ts';

/** What a command is given by a terminal without colours. What is written is kept; nothing but the cache of models is taken of the environment. */
export function plainContext(variables: Record<string, string> = {}): Context & { written: string[] } {
  const written: string[] = [];
  const output: Output = {
    write: (text) => void written.push(text),
    line: (text = '') => void written.push(`${text}\n`),
    isTerminal: true,
    width: 80,
    colors: picocolors.createColors(false),
  };
  return {
    quiet: false,
    verbose: false,
    json: false,
    input: true,
    environment: readEnvironment({ ...process.env, HF_HUB_OFFLINE: '1', ...variables }),
    stdout: output,
    stderr: output,
    note: () => {},
    isInteractive: true,
    written,
  };
}

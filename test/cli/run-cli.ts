import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  /** On standard input; without it there is none. */
  input?: string | Uint8Array;
  env?: Record<string, string | undefined>;
}

export const mainFile = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Runs the built command line to its end, as a person whose output is piped. */
export async function runCli(args: string[], { cwd, input, env = {} }: RunOptions = {}): Promise<Finished> {
  if (!existsSync(mainFile)) throw new Error('the command line is not built: npm run build');
  const child = spawn(process.execPath, [mainFile, ...args], {
    cwd,
    env: { ...process.env, HF_HUB_OFFLINE: '1', ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, stdout, stderr };
}

/** Standard error without the line that says what computes slower than it could: it depends on the machine. */
export function notes({ stderr }: Pick<Finished, 'stderr'> & Partial<Finished>): string[] {
  return stderr.split('\n').filter((line) => line !== '' && !/^computing (with wasm|slower)/.test(line));
}

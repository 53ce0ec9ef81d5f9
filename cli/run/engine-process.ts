import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Context } from '../context.ts';
import { ENGINE_PROCESS_VARIABLE, type Environment } from '../environment.ts';

/**
 * The engine computes in a process of its own: native kernels hold the thread they run on, TensorFlow reads its
 * environment when it is loaded, and glibc is to keep freed memory (large tensors come and go; fresh pages are what costs).
 */
export function engineVariables({ variables }: Environment): Record<string, string | undefined> {
  return {
    MALLOC_MMAP_THRESHOLD_: String(8 * 2 ** 30),
    MALLOC_TRIM_THRESHOLD_: String(32 * 2 ** 30),
    MALLOC_ARENA_MAX: '1',
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_ENABLE_ONEDNN_OPTS: '1',
    ...variables,
    [ENGINE_PROCESS_VARIABLE]: '1',
  };
}

/** Starts this program again as an engine process. `args`: what follows its name on the command line. */
export function spawnEngineProcess(context: Context, args: string[], options: SpawnOptions): ChildProcess {
  return spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...args], {
    ...options,
    env: engineVariables(context.environment),
  });
}

/**
 * Runs a command's work in an engine process: there it runs `work`; elsewhere it starts the same command line again with
 * the same streams, passes signals on, and ends as that process ends.
 */
export async function inEngineProcess(context: Context, work: () => Promise<void>): Promise<void> {
  if (context.environment.isEngineProcess) return work();
  const child = spawnEngineProcess(context, process.argv.slice(2), { stdio: 'inherit' });
  const passOn = (signal: NodeJS.Signals) => void child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, passOn);
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? exitCodeOf(signal)));
  });
  for (const signal of signals) process.off(signal, passOn);
}

/** As a shell tells of a program that a signal ended. */
export function exitCodeOf(signal: NodeJS.Signals | null): number {
  const numbers: Partial<Record<NodeJS.Signals, number>> = {
    SIGHUP: 1,
    SIGINT: 2,
    SIGKILL: 9,
    SIGSEGV: 11,
    SIGTERM: 15,
  };
  return signal === null ? 1 : 128 + (numbers[signal] ?? 0);
}

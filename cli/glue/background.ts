import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../context.ts';
import { shellLine } from '../dashboard/start/shell.ts';
import { exitCodeOf } from '../run/engine-process.ts';
import { openLines } from '../watch/line-reader.ts';
import { wordsToGoOn } from './command.ts';
import { followGlue, outputName } from './follow.ts';
import { reportGlue } from './report.ts';
import { readGlueStatus, refuseLiveBenchmark } from './status.ts';

const pollMs = 100;

/**
 * Runs a benchmark in a process that goes on when this one is killed or leaves it, and shows it on the dashboard.
 * @param run folder of the benchmark
 * @throws UsageError when another process is at work in the folder
 */
export async function runGlueOnDashboard(run: string, context: Context): Promise<void> {
  refuseLiveBenchmark(run);
  const words = wordsToGoOn(process.argv.slice(2));
  const code = await startInBackground(run, words, context);
  if (code !== null) {
    process.exitCode = code;
    return;
  }
  await showGlue(run, context, shellLine(['distiltune', ...words]));
}

/** Shows a benchmark until a person leaves it, then what it came to. */
export async function showGlue(run: string, context: Context, commandLine: string): Promise<void> {
  const source = followGlue(run);
  const { openGlueDashboard } = await import('../dashboard/glue/open.tsx');
  const how = await openGlueDashboard(source, context, { commandLine });
  if (how === 'detached') return;
  const { state, resume } = source.liveness();
  if (state === 'alive') return;
  if (readGlueStatus(run)?.state === 'finished') await reportGlue(run, context);
  else {
    context.stderr.line(`the benchmark ${state === 'died' ? 'died' : (readGlueStatus(run)?.state ?? 'ended')}`);
    if (resume !== null) context.stderr.line(`go on with it: ${resume}`);
  }
}

/**
 * Starts the same command without a terminal; what it prints goes to a file in the folder, and until it has read the tasks'
 * files to standard error as well.
 * @returns null once the benchmark goes on; the exit code where it ended before
 */
export async function startInBackground(run: string, words: string[], context: Context): Promise<number | null> {
  const made = mkdirSync(run, { recursive: true });
  const path = join(run, outputName);
  const output = openSync(path, 'w');
  // A session of its own: the terminal's Ctrl-C, and its end, are not for it.
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...words, '--ui', 'plain'], {
    detached: true,
    stdio: ['ignore', output, output],
    env: context.environment.variables,
  });
  closeSync(output);
  const stop = (signal: NodeJS.Signals) => void child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    const code = await beginning(child, run, path, context);
    if (code === null) child.unref();
    else removeEmpty(made === undefined ? null : run, path);
    return code;
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

async function beginning(child: ChildProcess, run: string, path: string, context: Context): Promise<number | null> {
  let code: number | null = null;
  let error: Error | undefined;
  child.once('error', (cause) => {
    error = cause;
  });
  child.once('exit', (status, signal) => {
    code = status ?? exitCodeOf(signal);
  });
  const lines = openLines(path);
  try {
    for (;;) {
      const hasEnded = code !== null;
      const found = await lines.read();
      for (const line of found?.lines ?? []) context.stderr.line(line);
      if (error !== undefined) throw error;
      if (readGlueStatus(run)?.pid === child.pid) return null;
      if (found === null && hasEnded) return code;
      if (found === null) await sleep(pollMs);
    }
  } finally {
    await lines.close();
  }
}

/** Leaves no trace of a benchmark that never began. */
function removeEmpty(folder: string | null, output: string): void {
  rmSync(output, { force: true });
  try {
    if (folder !== null) rmdirSync(folder);
  } catch {
    // It has something in it.
  }
}

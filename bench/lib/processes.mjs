/** Processes that compute: in the environment that training has, on as many threads as both sides are to have. */
import { spawn } from 'node:child_process';
import os from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readEnvironment } from '../../dist/cli/environment.js';
import { engineVariables } from '../../dist/cli/run/engine-process.js';
import { UsageError } from './command.mjs';

export const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/**
 * Runs a program to its end.
 * @param {string[]} words the program and its arguments
 * @param {object} options
 * @param {number} [options.threads] cores it may use; the others are taken from it (Linux: taskset)
 * @param {Record<string, string | undefined>} [options.env]
 * @param {string} [options.cwd]
 * @param {(line: string, child: import('node:child_process').ChildProcess) => void} [options.onLine] each line of its standard output
 * @returns the lines of its standard output
 * @throws Error with the end of what it said, when it fails
 */
export async function runProgram(words, { threads, env = process.env, cwd, onLine = () => {} } = {}) {
  const [file, ...args] = onThreads(words, threads);
  const child = spawn(file, args, { cwd, env: threadVariables(env, threads), stdio: ['ignore', 'pipe', 'pipe'] });
  const lines = [];
  const said = [];
  const closed = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (said.length > 40) said.shift();
  });
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    onLine(line, child);
  }
  const { code, signal } = await closed;
  if (code === 0) return lines;
  const end = [...lines.slice(-5), ...said].join('\n');
  throw new Error(`${words.slice(0, 3).join(' ')} ... ended with ${signal ?? code}:\n${end}`);
}

/**
 * Runs a script of `bench/processes` as the command line runs what computes, and returns the JSON it prints last.
 * @param {string} name
 * @param {unknown} task what it is to do, as one argument of JSON
 */
export async function runEngineScript(name, task, { threads, onLine, env = process.env } = {}) {
  const script = fileURLToPath(new URL(`../processes/${name}.mjs`, import.meta.url));
  const words = [process.execPath, script, JSON.stringify(task)];
  const lines = await runProgram(words, { threads, env: engineVariables(readEnvironment(env)), onLine });
  return JSON.parse(lines.at(-1));
}

export function coresFor(threads) {
  const cores = os.availableParallelism();
  if (threads > cores) throw new UsageError(`--threads ${threads}: this machine has ${cores} cores`);
  return threads || cores;
}

/** Pools of threads are as large as the cores that a process may use, whatever library they belong to. */
function onThreads(words, threads) {
  if (threads === undefined || threads >= os.availableParallelism()) return words;
  return ['taskset', '--cpu-list', `0-${threads - 1}`, ...words];
}

function threadVariables(env, threads) {
  if (threads === undefined) return env;
  const count = String(threads);
  return { ...env, OMP_NUM_THREADS: count, TF_NUM_INTRAOP_THREADS: count };
}

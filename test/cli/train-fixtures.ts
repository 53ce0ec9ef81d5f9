import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Papa from 'papaparse';
import { answers, csvOf, writeTinyCheckpoint } from './tiny-run.ts';

/** A folder of its own with `tiny/`, a small checkpoint, and `answers.csv`, 120 labelled rows. */
export async function tinyWorkplace(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
  await writeTinyCheckpoint(join(folder, 'tiny'));
  writeFileSync(join(folder, 'answers.csv'), csvOf([['id', 'text', 'answer'], ...answers(120)]));
  return folder;
}

/** What every run with the tiny checkpoint takes. */
export const tiny = ['--model', 'tiny', '--max-length', '20', '--batch-size', '16', '--learning-rate', '0.01'];

export const readJson = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));

export const readLines = (...path: string[]) =>
  readFileSync(join(...path), 'utf8')
    .trimEnd()
    .split('\n');

export const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
export const rowsOf = (path: string) =>
  Papa.parse<Record<string, string>>(readFileSync(path, 'utf8').trimEnd(), { header: true }).data;
export const eventsOf = (run: string) => readLines(run, 'events.jsonl').map((line) => JSON.parse(line));
export const lossesOf = (run: string) =>
  eventsOf(run)
    .filter(({ type }) => type === 'step')
    .map(({ loss }) => loss);

/**
 * Waits for a run's state: long, because a disk on which others write can take tens of seconds to keep a checkpoint.
 * @throws with what the run did last, when it ends otherwise or does not get there
 */
export async function untilState(run: string, state: string): Promise<void> {
  const end = Date.now() + 90_000;
  for (;;) {
    const status = readJson(run, 'status.json');
    if (status.state === state) return;
    if (status.state !== 'running' || Date.now() > end) {
      const last = readLines(run, 'events.jsonl').slice(-5).join('\n');
      throw new Error(`the run did not become "${state}": ${JSON.stringify(status)}\n${last}`);
    }
    await sleep(100);
  }
}

/** All files of a folder, however deep, sorted. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}

export interface Running {
  child: ChildProcess;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  /** Waits until one of the streams has the text. */
  until(text: string): Promise<void>;
  /** Its exit code, once it has ended. */
  ended: Promise<number | null>;
}

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Starts the built command line in a process group of its own, as a shell does. */
export function startCli(args: string[], cwd: string, env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { ...process.env, HF_HUB_OFFLINE: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const written = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      written[stream] += text;
      for (const watcher of watchers) watcher();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    ended,
    until: (text) =>
      new Promise((resolve, reject) => {
        const watcher = () => {
          if (!written.stdout.includes(text) && !written.stderr.includes(text)) return;
          watchers.delete(watcher);
          resolve();
        };
        watchers.add(watcher);
        watcher();
        void ended.then((code) => reject(new Error(`ended with ${code} before "${text}": ${written.stderr}`)));
      }),
  };
}

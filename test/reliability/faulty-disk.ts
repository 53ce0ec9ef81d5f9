import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Fault as the library of `faulty-writes.c` reads it: see there. */
export interface Fault {
  /** Parts of paths: calls on others do not count. */
  paths: string[];
  /** Which call, from 1 on. Absent: none, they are counted only. */
  at?: number;
  /** How many from there on. */
  many?: number;
  how?: 'ENOSPC' | 'EIO' | 'SHORT' | 'KILL' | 'SLEEP';
  /** Gets a line for each call. */
  log?: string;
}

const source = fileURLToPath(new URL('./faulty-writes.c', import.meta.url));

/** Compiles the disk that fails; null where there is no C compiler, or another way of loading programs than Linux's. */
function compile(): string | null {
  if (process.platform !== 'linux') return null;
  const library = join(mkdtempSync(join(tmpdir(), 'distiltune-faulty-')), 'faulty-writes.so');
  for (const compiler of ['cc', 'gcc', 'clang']) {
    try {
      execFileSync(compiler, ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl', '-lpthread'], {
        stdio: 'pipe',
      });
      return library;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return null;
}

export const faultyLibrary = compile();

/** Why tests are skipped where the library cannot be had. */
export const needsLibrary = '(skipped without a C compiler on Linux)';

/** The environment of a process whose disk fails so. */
export function withFault({ paths, at, many, how, log }: Fault): Record<string, string> {
  return {
    LD_PRELOAD: faultyLibrary!,
    FAULTY_PATH: paths.join(':'),
    ...(at === undefined ? {} : { FAULTY_AT: String(at) }),
    ...(many === undefined ? {} : { FAULTY_FOR: String(many) }),
    ...(how === undefined ? {} : { FAULTY_HOW: how }),
    ...(log === undefined ? {} : { FAULTY_LOG: log }),
  };
}

export interface Call {
  number: number;
  name: string;
  path: string;
}

/** What a log says. */
export function readCalls(log: string): Call[] {
  return readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, number, name, path] = /^(\d+) (\w+) (.*)$/.exec(line)!;
      return { number: Number(number), name: name!, path: path! };
    });
}

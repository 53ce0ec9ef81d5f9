import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { tinyWorkplace } from '../cli/train-fixtures.ts';
import { faultyLibrary, needsLibrary, readCalls, withFault } from './faulty-disk.ts';

/** `RELIABILITY=full`: a fault at every single call. Else at the first of each kind on each file. */
const isFull = process.env.RELIABILITY === 'full';

interface Round {
  at: number;
  how: string;
  outcomes: { reason: string; step: number; ok: boolean; isSaid?: boolean; message?: string }[];
  warnings: string[];
  isReadable: boolean;
  whole: number[];
  newest: number | null;
  damaged: unknown[];
  model: string;
  others: string[];
}

describe.skipIf(faultyLibrary === null)(`saving on a disk that fails ${needsLibrary}`, () => {
  let rounds: Round[] = [];
  let log = '';
  beforeAll(async () => {
    const workplace = await tinyWorkplace();
    log = join(workplace, 'calls');
    rounds = await saveInRounds(workplace, log);
  }, 3_600_000);

  test('a save writes, syncs and renames in the order that survives a power cut', () => {
    const calls = readCalls(log).map(({ name, path }) => `${name} ${placeOf(path)}`);
    const save = calls.slice(
      calls.indexOf('mkdir checkpoints/.step-3.tmp'),
      calls.indexOf('rename checkpoints/.step-3.tmp') + 2,
    );
    const folder = 'checkpoints/.step-3.tmp';
    const files = [...new Set(save.flatMap((call) => /^open (.*)$/.exec(call)?.[1] ?? []))];
    expect(files).toHaveLength(9);
    expect(files.at(-1)).toBe(`${folder}/manifest.json`);
    expect(save.filter((call, i) => call !== save[i - 1])).toEqual([
      `mkdir ${folder}`,
      ...files.flatMap((file) => [`open ${file}`, `write ${file}`, `sync ${file}`]),
      `sync ${folder}`,
      // Of one that there may have been.
      'rename checkpoints/step-3',
      `rename ${folder}`,
      'sync checkpoints',
    ]);
  });

  test('faults were tried at every kind of call', () => {
    const kinds = new Set(rounds.map(({ at }) => readCalls(log)[at - 1]!.name));
    expect([...kinds].sort()).toEqual(['mkdir', 'open', 'rename', 'rmdir', 'sync', 'unlink', 'write']);
    expect(rounds.length).toBeGreaterThan(isFull ? 1000 : 70);
  });

  test('whatever fails, no fewer checkpoints are whole than were there and announced', () => {
    for (const round of rounds) {
      const announced = round.outcomes.filter(({ ok, reason }) => ok && reason !== 'best').length > 0 ? 3 : 2;
      expect(round, `${round.how} at call ${round.at}`).toMatchObject({
        damaged: [],
        model: 'whole',
        isReadable: true,
      });
      expect(round.whole.length, `${round.how} at call ${round.at}`).toBeGreaterThanOrEqual(2);
      expect(round.newest, `${round.how} at call ${round.at}`).toBeGreaterThanOrEqual(announced);
      expect(round.others).toEqual([]);
    }
  });

  test('one fault costs one save at most, and what failed is said with where and what to do', () => {
    for (const { outcomes, warnings, at, how } of rounds) {
      const failed = outcomes.filter(({ ok }) => !ok);
      expect(failed.length + warnings.length, `${how} at call ${at}`).toBeLessThanOrEqual(1);
      for (const { isSaid, message } of failed) {
        expect([isSaid, message]).toEqual([
          true,
          expect.stringMatching(/^The model could not be saved: (ENOSPC|EIO): /),
        ]);
      }
    }
    // A disk that fails while it is written to, synced or renamed on is never taken for one that has saved.
    const silent = rounds.filter(({ outcomes, warnings }) => outcomes.every(({ ok }) => ok) && warnings.length === 0);
    const calls = readCalls(log);
    expect([...new Set(silent.map(({ at }) => calls[at - 1]!.name))].sort()).toEqual(['rmdir', 'unlink']);
  });
});

/** A path in the run's folder, without what is drawn by chance in it. */
const placeOf = (path: string) => path.replace(/^.*\/zone\//, '').replace(/\.[\da-f]{8}\./, '.');

const program = fileURLToPath(new URL('./save-rounds.mjs', import.meta.url));
const dist = new URL('../../dist', import.meta.url).href;

async function saveInRounds(workplace: string, log: string): Promise<Round[]> {
  const child = spawn(process.execPath, [program, dist, workplace, log, isFull ? 'all' : 'some'], {
    env: { ...process.env, ...withFault({ paths: ['/zone/'] }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const rounds: Round[] = [];
  for await (const line of createInterface({ input: child.stdout })) rounds.push(JSON.parse(line));
  const code = child.exitCode ?? (await new Promise((resolve) => child.once('close', resolve)));
  if (code !== 0) throw new Error(`ended with ${code}: ${stderr}`);
  return rounds;
}

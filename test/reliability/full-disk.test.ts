import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkDiskSpace, leastBytes, mostBytes, spaceNeeds } from '../../cli/run/disk-space.ts';
import { runCli } from '../cli/run-cli.ts';
import { eventsOf, readJson, sha256, startCli, tiny, tinyWorkplace } from '../cli/train-fixtures.ts';
import { type Fault, faultyLibrary, needsLibrary, withFault } from './faulty-disk.ts';
import { leftBehind } from './left-behind.ts';
import { needsMount, smallDisk } from './small-disk.ts';

let folder = '';
const settings = [...tiny, '--epochs', '3', 'checkpoint.everySteps=4', 'evaluate.everySteps=7'];
const train = (run: string, fault?: Fault) =>
  runCli(['train', 'answers.csv', '-o', run, '--ui', 'none', ...settings], {
    cwd: folder,
    env: fault === undefined ? {} : withFault(fault),
  });
const stepsOf = (run: string) => eventsOf(run).flatMap(({ type, step }) => (type === 'step' ? [step] : []));
const counting = (to: number) => Array.from({ length: to }, (_, i) => i + 1);

beforeAll(async () => {
  folder = await tinyWorkplace();
  expect((await train('whole')).code).toBe(0);
});

describe.skipIf(faultyLibrary === null)(`a run whose disk fails once ${needsLibrary}`, () => {
  test.each(['ENOSPC', 'EIO'] as const)('%s at a periodic checkpoint: told, and the run goes on', async (how) => {
    const run = `periodic ${how}`;
    const { code, stderr } = await train(run, { paths: ['/checkpoints/.step-8.'], at: 5, how });
    expect([code, stderr]).toEqual([0, '']);
    const events = eventsOf(join(folder, run));
    expect(events.flatMap(({ type, message }) => (type === 'warning' ? [message] : []))).toEqual([
      expect.stringMatching(new RegExp(`^the checkpoint was not saved: The model could not be saved: ${how}: .*\\.$`)),
    ]);
    const saved = events.flatMap(({ type, reason, step }) =>
      type === 'checkpoint' && reason === 'periodic' ? [step] : [],
    );
    expect(saved).toEqual([4, 12, 16, 20]);
    expect(sha256(join(folder, run, 'model/model.safetensors'))).toBe(
      sha256(join(folder, 'whole/model/model.safetensors')),
    );
  });

  test.each(['ENOSPC', 'EIO'] as const)('%s at the best model: one error, and the run can go on', async (how) => {
    const run = `best-${how}`;
    const { code, stderr } = await train(run, { paths: ['/.model.'], at: 9, how });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(
        `^error: The model could not be saved: ${how}: .*\\.\n {3}in: ${run}/model\n {3}do: see to the disk, then go on after step 4: distiltune train --resume ${run}\n$`,
      ),
    );
    expect(readJson(folder, run, 'status.json').state).toBe('failed');
    expect((await runCli(['train', '--resume', run, '-q'], { cwd: folder })).code).toBe(0);
    for (const name of ['model/model.safetensors', 'checkpoints/step-20/optimizer.safetensors']) {
      expect([name, sha256(join(folder, run, name))]).toEqual([name, sha256(join(folder, 'whole', name))]);
    }
  });

  test.each([
    ['ENOSPC', 15],
    ['EIO', 15],
    ['SHORT', 1],
  ] as const)('%s in the log: it waits, and all of it is written', async (how, many) => {
    const run = `log ${how}`;
    const { code, stderr } = await train(run, { paths: ['/events.jsonl'], at: 20, many, how });
    expect([code, stderr]).toEqual([0, '']);
    expect(stepsOf(join(folder, run))).toEqual(counting(21));
    const warnings = eventsOf(join(folder, run)).filter(({ type }) => type === 'warning');
    expect(warnings).toMatchObject([
      { message: expect.stringContaining("the run's log cannot be written, and waits in memory: ") },
    ]);
  });

  test('a log that cannot be written any more: the run says so at its end', async () => {
    const { code, stderr } = await train('deaf', { paths: ['/events.jsonl'], at: 20, many: 1_000_000, how: 'ENOSPC' });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: the end of the run's log could not be written: ENOSPC: .*\n {3}in: deaf\/events.jsonl\n {3}do: make room on that disk\n$/,
    );
    expect(readJson(folder, 'deaf/results.json').reason).toBe('finished');
  });

  test('a status that cannot be written ends no run', async () => {
    const { code } = await train('still', { paths: ['/status.json.tmp'], at: 4, many: 1_000_000, how: 'EIO' });
    expect(code).toBe(0);
    expect(stepsOf(join(folder, 'still'))).toEqual(counting(21));
  });

  test('results that cannot be written: where, and how to go on', async () => {
    const { code, stderr } = await train('unwritten', { paths: ['/results.json.tmp'], at: 1, how: 'ENOSPC' });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: the run could not be written: ENOSPC: .*\n {3}in: unwritten\/results.json.tmp\n {3}do: see to the disk, then go on after step 20: distiltune train --resume unwritten\n$/,
    );
    expect((await runCli(['train', '--resume', 'unwritten', '-q'], { cwd: folder })).code).toBe(0);
    const { metrics } = readJson(folder, 'unwritten/results.json');
    expect(metrics).toEqual(readJson(folder, 'whole/results.json').metrics);
  });
});

describe('before training', () => {
  const needs = spaceNeeds(66_000_000, 1_000_000, 2);

  test('what a run takes: a model, and checkpoints of three times its weights, one more than are kept', () => {
    expect(needs).toEqual({ model: 265_000_000, checkpoint: 793_000_000, keep: 2 });
    expect(leastBytes(needs)).toBe(1_058_000_000);
    expect(mostBytes(needs)).toBe(2_644_000_000);
  });

  const disk = smallDisk(400);

  describe.skipIf(disk === null)(`on a small disk ${needsMount}`, () => {
    test('no room for one checkpoint: refused with figures, and nothing is written', async () => {
      const run = join(disk!, 'run');
      await expect(checkDiskSpace(run, needs)).rejects.toThrow(
        /^there is not enough room on the disk to save the run: 4\d\d kB free, needed 1.1 GB at least \(a model of 265 MB, checkpoints of 793 MB\)$/,
      );
      const filler = join(disk!, 'filler');
      fill(filler, 60_000);
      const { code, stderr } = await runCli(['train', 'answers.csv', '-o', run, '-q', ...settings], { cwd: folder });
      rmSync(filler);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^error: there is not enough room on the disk to save the run: \d\d kB free, needed \d+ kB at least .*\n {3}in: .*\n {3}do: make room, .*\n$/,
      );
      expect(statfsSync(disk!).bavail * statfsSync(disk!).bsize).toBeGreaterThan(380_000);
    });

    test('room for one, not for all that are to be kept: a warning with figures', async () => {
      const most = spaceNeeds(20_000, 10_000, 2);
      expect(leastBytes(most)).toBeLessThan(400 * 1024);
      expect(await checkDiskSpace(join(disk!, 'run', 'deeper'), most)).toMatch(
        /^the disk may become full: 4\d\d kB free, the run takes up to 840 kB \(a model of 90 kB, checkpoints of 250 kB, of which 2 stay and one more is written\); checkpoint.keep=1 takes 590 kB$/,
      );
      expect(await checkDiskSpace(disk!, spaceNeeds(1000, 1000, 2))).toBe(null);
    });

    const larger = smallDisk(4000);
    test('a disk that becomes full: told, nothing is lost, and saving goes on when there is room again', async () => {
      const run = join(larger!, 'run');
      const filler = join(larger!, 'filler');
      const often = ['--epochs', '100000', 'checkpoint.everySteps=20', 'evaluate.everySteps=1000000'];
      const running = startCli(['train', 'answers.csv', '-o', run, '--ui', 'jsonl', ...settings, ...often], folder);
      await running.until('"type":"checkpoint","step":40,');
      fill(filler, 20_000);
      await running.until('the checkpoint was not saved: The model could not be saved: ENOSPC');
      // Looked at while nothing can be saved: the next save takes the oldest away.
      const { announced, whole } = await leftBehind(run);
      expect(whole.steps.slice(-2)).toEqual(announced.steps.slice(-2));
      rmSync(filler);
      const saves = () => running.stdout().split('"type":"checkpoint"').length;
      for (const before = saves(); saves() === before; ) await sleep(50);
      running.child.kill('SIGINT');
      expect([await running.ended, running.stderr()]).toEqual([130, expect.stringContaining('finishing the step')]);
      const steps = stepsOf(run);
      expect(steps).toEqual(counting(steps.length));
      expect((await leftBehind(run)).whole).toMatchObject({ best: true });
      expect((await leftBehind(run)).whole.steps.at(-1)).toBe(steps.length);
    });
  });
});

/** Writes a file that leaves so many bytes free. */
function fill(path: string, left: number): void {
  const file = openSync(path, 'w');
  const { bavail, bsize } = statfsSync(path);
  writeSync(file, new Uint8Array(bavail * bsize - left));
  closeSync(file);
}

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explainFailure } from '../../cli/run/explain-failure.ts';
import { memoryAdvice, memoryComplaint } from '../../cli/run/out-of-memory.ts';
import { DistiltuneError } from '../../src/errors.ts';
import { defaultSettings } from '../../src/trainer/settings.ts';
import { runCli } from '../cli/run-cli.ts';
import { readJson, startCli, tiny, tinyWorkplace } from '../cli/train-fixtures.ts';
import { testEngine } from '../engine/helper.ts';

test('what TensorFlow says when it gets no memory is told in one error, with what would fit', async ({ skip }) => {
  const engine = await testEngine();
  skip(engine.name !== 'tensorflow', 'native TensorFlow is not installed');
  const side = 10_000_000;
  const tooMuch = () =>
    // 400 TB: more than a process can have addresses for.
    engine.tidy(() => {
      const [column, row] = [
        [side, 1],
        [1, side],
      ].map((shape) => engine.floats(new Float32Array(side), shape));
      return engine.matMul(column!, row!);
    });
  const error = thrownBy(tooMuch);
  const told = explainFailure(error, { ...defaultSettings, batchSize: 32 }, null) as DistiltuneError;
  expect(told).toBeInstanceOf(DistiltuneError);
  expect(told.message).toMatch(/^out of memory: OOM when allocating tensor with shape\[10000000,10000000\]/);
  expect(told.fix).toBe('accumulate=2 has 16 examples in memory at a time instead of 32, in the same batches of 32');
});

test('what JavaScript and wasm say is understood, other errors are not', () => {
  expect(memoryComplaint(thrownBy(() => new Float32Array(2 ** 45)))).toBe('Invalid typed array length: 35184372088832');
  // As wasm says it of what lies beyond its 4 GB.
  expect(memoryComplaint(new Error('memory access out of bounds'))).toBe('memory access out of bounds');
  expect(memoryComplaint(new Error('ENOSPC: no space left on device, write'))).toBe(null);
  expect(memoryComplaint('out of memory')).toBe(null);
});

test.each([
  [
    { batchSize: 32, accumulate: 1 },
    'accumulate=2 has 16 examples in memory at a time instead of 32, in the same batches of 32',
  ],
  [
    { batchSize: 10, accumulate: 2 },
    'accumulate=4 has 3 examples in memory at a time instead of 5, in the same batches of 10',
  ],
  [
    { batchSize: 3, accumulate: 2 },
    'accumulate=3 has 1 examples in memory at a time instead of 2, in the same batches of 3',
  ],
  [
    { batchSize: 4, accumulate: 4, maxLength: 256 },
    'one example at a time is too much already: train with --gradient-checkpointing, --max-length 128, or a smaller model',
  ],
  [
    { batchSize: 4, accumulate: 4, maxLength: 256, gradientCheckpointing: true },
    'one example at a time is too much already: train with --max-length 128, or a smaller model',
  ],
])('%j would fit with less', (size, advice) => {
  expect(memoryAdvice({ ...defaultSettings, ...size }, null)).toBe(advice);
});

test('a training process that the system has killed: the command that is named goes on with it', async () => {
  const folder = await tinyWorkplace();
  const args = [
    'train',
    'answers.csv',
    '-o',
    'heavy',
    '--ui',
    'jsonl',
    ...tiny,
    '--epochs',
    '100000',
    'checkpoint.everySteps=2',
  ];
  const running = startCli(args, folder);
  await running.until('"type":"checkpoint","step":4,');
  process.kill(readJson(folder, 'heavy/status.json').pid, 'SIGKILL');
  expect(await running.ended).toBe(1);
  const [, command] =
    /\n {3}do: the system may have run out of memory.*: accumulate=2 has 8 examples in memory at a time instead of 16, in the same batches of 16; go on after step \d+: distiltune (.*)\n$/.exec(
      running.stderr(),
    ) ?? [];
  expect(command).toBe('train --resume heavy accumulate=2 --force');
  const step = Math.max(...readSteps(running.stdout())) + 3;
  const again = await runCli([...command!.split(' '), `maxSteps=${step}`], { cwd: folder });
  expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(/going on as forced: .*accumulate was 1/)]);
  expect(readJson(join(folder, 'heavy'), 'config.json')).toMatchObject({
    batchSize: 16,
    accumulate: 2,
    maxSteps: step,
  });
});

const readSteps = (text: string) => [...text.matchAll(/"type":"step","step":(\d+)/g)].map(([, step]) => Number(step));

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from './run-cli.ts';
import { csvOf } from './tiny-run.ts';
import { eventsOf, sha256, startCli, tiny, tinyWorkplace } from './train-fixtures.ts';

/** What must be the same: what was learnt and measured, and when. */
const story = (run: string) =>
  eventsOf(run).flatMap((event) => {
    if (event.type === 'step') return [[event.step, event.loss, event.gradientNorm]];
    if (event.type === 'evaluation') return [[event.step, event.metrics, event.best]];
    return [];
  });

const letters = (from: number, i: number) =>
  Array.from({ length: 2 + ((i * 5) % 7) }, (_, j) => String.fromCharCode(97 + from + ((i * 5 + j * 3) % 8))).join(' ');

test('few tokens, others in the validation rows, decay, a run broken off: all is the same to the bit', async () => {
  const folder = await tinyWorkplace();
  const rows = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => [letters(from, i), i % 3 === 0 ? 'yes' : 'no']);
  writeFileSync(join(folder, 'few.csv'), csvOf([['text', 'answer'], ...rows(0, 60)]));
  writeFileSync(join(folder, 'others.csv'), csvOf([['text', 'answer'], ...rows(5, 30)]));
  const settings = [
    ...tiny,
    '--validation',
    'others.csv',
    '--epochs',
    '6',
    '--label-column',
    'answer',
    'optimizer.weightDecay=1',
  ];
  const more = ['accumulate=2', 'evaluate.everySteps=5', 'evaluate.metric=loss'];
  const train = (run: string) => ['train', 'few.csv', '-o', run, ...settings, ...more];
  expect(await runCli([...train('whole'), '-q', 'checkpoint.everySteps=7'], { cwd: folder })).toMatchObject({
    code: 0,
  });
  const running = startCli([...train('broken'), '--ui', 'jsonl', 'checkpoint.everySteps=7'], folder);
  await running.until('"type":"step","step":9,');
  process.kill(-running.child.pid!, 'SIGKILL');
  await running.ended;
  expect(await runCli(['train', '--resume', 'broken', '-q'], { cwd: folder })).toMatchObject({ code: 0 });
  const [whole, broken] = [join(folder, 'whole'), join(folder, 'broken')];
  expect(story(broken)).toEqual(story(whole));
  for (const name of [
    'model/model.safetensors',
    'checkpoints/step-21/model.safetensors',
    'checkpoints/step-21/optimizer.safetensors',
  ])
    expect(sha256(join(broken, name)), name).toBe(sha256(join(whole, name)));
  rmSync(folder, { recursive: true });
});

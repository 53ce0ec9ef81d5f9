import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startCli, tiny, tinyWorkplace } from '../cli/train-fixtures.ts';
import { createDraws } from './draws.ts';
import { faultyLibrary, needsLibrary, withFault } from './faulty-disk.ts';
import { leftBehind, loggedEvents } from './left-behind.ts';

/** `RELIABILITY=full`: 200. */
const kills = process.env.RELIABILITY === 'full' ? 200 : 8;
const keep = 2;

describe.skipIf(faultyLibrary === null)(`a run that is killed while it saves ${needsLibrary}`, () => {
  test(`${kills} times`, { timeout: kills * 30_000 }, async () => {
    const folder = await tinyWorkplace();
    const run = join(folder, 'killed');
    // A better model at nearly every evaluation: all three kinds of saving, again and again.
    const settings = [
      'checkpoint.everySteps=1',
      `checkpoint.keep=${keep}`,
      'evaluate.everySteps=1',
      'evaluate.metric=loss',
    ];
    const begin = ['train', 'answers.csv', '-o', 'killed', '--epochs', '10000', '--ui', 'none', ...tiny, ...settings];
    const draw = createDraws(1);
    let previous = 0;
    for (let i = 0; i < kills; i++) {
      // About as many calls as two saves of each kind make.
      const at = 1 + draw(900);
      const fault = withFault({ paths: ['/killed/checkpoints', '/killed/.model', '/killed/model'], at, how: 'KILL' });
      const running = startCli(
        previous === 0 && !existsSync(run) ? begin : ['train', '--resume', 'killed', '--ui', 'none'],
        folder,
        fault,
      );
      expect([i, await running.ended, running.stderr()]).toEqual([i, 1, expect.stringContaining('by SIGKILL')]);
      const { announced, whole } = await leftBehind(run);
      const where = `kill ${i} before call ${at}`;
      expect(whole.steps.length, where).toBeGreaterThanOrEqual(Math.min(keep, announced.steps.length));
      expect(whole.steps.at(-1) ?? 0, where).toBeGreaterThanOrEqual(announced.steps.at(-1) ?? 0);
      expect([announced.best, whole.best], where).not.toEqual([true, false]);
      // It went on after the newest that had been told of, or a later one.
      const resumed = loggedEvents(run).findLast(({ type }) => type === 'resume')?.step ?? 0;
      expect(resumed, where).toBeGreaterThanOrEqual(previous);
      previous = announced.steps.at(-1) ?? 0;
    }
    const last = startCli(['train', '--resume', 'killed', '--ui', 'jsonl'], folder);
    await last.until(`"type":"step","step":${previous + 3},`);
    last.child.kill('SIGINT');
    expect(await last.ended).toBe(130);
    const steps = loggedEvents(run).flatMap(({ type, step }) => (type === 'step' ? [step] : []));
    expect(steps).toEqual(Array.from({ length: steps.length }, (_, i) => i + 1));
  });
});

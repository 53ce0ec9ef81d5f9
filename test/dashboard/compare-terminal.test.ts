import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mainFile } from '../cli/run-cli.ts';
import { trainingEvents, writeRun } from '../runs/run-folders.ts';
import { noTmux, openTmux } from './tmux.ts';

describe.skipIf(noTmux !== undefined)(`comparing on a terminal ${noTmux ?? ''}`, () => {
  it('opens the dashboard and leaves the terminal as it was; plain is a table', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'distiltune-compare-'));
    for (const [name, accuracy] of [
      ['a', 0.5],
      ['b', 0.75],
    ] as const) {
      const results = { metrics: { validation: { accuracy } } };
      writeRun(join(folder, name), { results, events: trainingEvents(20, (step) => accuracy / step) });
    }
    const terminal = await openTmux({ size: { columns: 80, rows: 24 }, folder });
    try {
      await terminal.until('$');
      await terminal.type(`${process.execPath} ${mainFile} runs compare a b`);
      await terminal.keys('Enter');
      const rows = await terminal.until('[1 loss]');
      expect(rows.filter((row) => row.startsWith('distiltune · compare'))).toHaveLength(1);
      expect(rows.at(-1)).toMatch(/^tab panel .* esc back {2}\? help$/);
      expect([await terminal.isAlternate(), await terminal.isCursorShown()]).toEqual([true, false]);
      await terminal.keys('C-c');
      await terminal.until((lines) => lines.findLast((line) => line !== '') === '$');
      expect([await terminal.isAlternate(), await terminal.isCursorShown()]).toEqual([false, true]);
      await terminal.type(`${process.execPath} ${mainFile} runs compare a b --ui plain`);
      await terminal.keys('Enter');
      await terminal.until('validation accuracy  0.5000  0.7500  +0.2500  B');
      expect(await terminal.isAlternate()).toBe(false);
    } finally {
      await terminal.close();
    }
  });
});

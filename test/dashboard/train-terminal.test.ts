import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isAlive } from '../../cli/run/process-alive.ts';
import { mainFile, runCli } from '../cli/run-cli.ts';
import { eventsOf, lossesOf, readJson, tiny, tinyWorkplace } from '../cli/train-fixtures.ts';
import { noTmux, openTmux, type Tmux } from './tmux.ts';

describe.skipIf(noTmux)(`a real run on the dashboard ${noTmux ?? ''}`, () => {
  let folder = '';
  let tmux: Tmux;
  const begun: string[] = [];
  beforeAll(async () => {
    folder = await tinyWorkplace();
  });
  afterEach(async () => {
    // A run outlives its terminal.
    for (const name of begun.splice(0)) {
      const { pid, state } = readJson(folder, name, 'status.json');
      if (state === 'running' && isAlive(pid)) process.kill(pid, 'SIGKILL');
    }
    await tmux.close();
  });

  /** Process of the dashboard. */
  const dashboardOf = (name: string) => Number(readFileSync(join(folder, `${name}.pid`), 'utf8'));
  const status = (name: string) => readJson(folder, name, 'status.json');
  const prompt = () => tmux.until((lines) => lines.findLast((line) => line !== '') === '$');
  const endless = ['--epochs', '100000', 'checkpoint.everySteps=50', 'evaluate.everySteps=200'];

  async function shell(line: string): Promise<void> {
    await prompt();
    await tmux.type(line);
    await tmux.keys('Enter');
  }

  /** A sum of `stty -g`, as the shell's commands find the terminal. */
  async function settings(mark: string): Promise<string> {
    await shell(`echo ${mark} $(stty -g | cksum)`);
    const lines = await tmux.until(new RegExp(`^${mark} \\S`, 'm'));
    return lines.find((line) => line.startsWith(`${mark} `))!.slice(mark.length + 1);
  }

  /** Types the command into a shell of a terminal; resolves when steps are on the screen. */
  async function train(name: string, more: readonly string[] = endless): Promise<{ before: string; trainer: number }> {
    tmux = await openTmux({ size: { columns: 80, rows: 24 }, folder, environment: { HF_HUB_OFFLINE: '1' } });
    const before = await settings('before');
    const words = [process.execPath, mainFile, 'train', 'answers.csv', '-o', name, ...tiny, ...more];
    await shell(`sh -c 'echo $$ >${name}.pid; exec ${words.join(' ')}'`);
    begun.push(name);
    await tmux.until(/(RUN|WARMUP) .*step \d+/, 60_000);
    return { before, trainer: status(name).pid };
  }

  /** The terminal as it was found, and what stands on its main screen. */
  async function expectGivenBack(before: string, code: number): Promise<string[]> {
    await shell('echo code=$?');
    await tmux.until(`code=${code}`);
    expect([await tmux.isAlternate(), await tmux.isCursorShown()]).toEqual([false, true]);
    expect(await settings('after')).toBe(before);
    const lines = await tmux.history();
    expect(lines.filter((line) => /\? help|● RUN|[┌┤]/.test(line))).toEqual([]);
    return lines;
  }

  /** Our name, or what a run is doing with its step: they stand nowhere else. Names are cut where it is narrow. */
  const isHeader = (line: string) => /^(distiltune · |\S.* (WARMUP|RUN|EVAL|SAVE|PAUSED) .*step \d)/.test(line);
  const isFooter = (line: string) => / {2}\? help$/.test(line);

  test('at every size one header and one footer, also while the size changes', async () => {
    await train('sizes');
    await tmux.until(/step \d{3}/);
    for (const [columns, rows] of [
      [120, 40],
      [60, 16],
      [44, 60],
      [200, 50],
      [50, 12],
      [80, 24],
    ] as const) {
      await tmux.resize({ columns, rows });
      const isWhole = (lines: string[]) => {
        // Neither is there twice at any time, also while the terminal is still reading the frame.
        expect(lines.filter(isHeader).length, lines.join('\n')).toBeLessThan(2);
        expect(lines.filter(isFooter).length, lines.join('\n')).toBeLessThan(2);
        return lines.length === rows && isHeader(lines[0]!) && isFooter(lines.at(-1)!);
      };
      await tmux.until(isWhole);
      for (let i = 0; i < 5; i++) {
        const lines = await tmux.lines();
        expect(isWhole(lines), lines.join('\n')).toBe(true);
        expect(lines.filter((line) => stringWidth(line) > columns)).toEqual([]);
      }
      const shown = (await tmux.lines()).join('\n');
      if (columns === 50) expect(shown).toMatch(/^loss +\d/m);
      else {
        expect(shown).toMatch(/^\[1 loss\]/m);
        expect(shown).toMatch(/[\u2801-\u28ff]/);
      }
    }
  });

  test('while a step holds the trainer, keys are answered; the run confirms when it can', async () => {
    const { trainer } = await train('held');
    process.kill(trainer, 'SIGSTOP');
    try {
      await tmux.keys('Space');
      await tmux.until('pause asked: after this step');
      await tmux.keys('4');
      await tmux.until('[4 lr]');
      await tmux.keys('?');
      await tmux.until('distiltune train answers.csv');
      await tmux.keys('Escape');
      await tmux.resize({ columns: 120, rows: 40 });
      const lines = await tmux.until((shown) => shown.length === 40 && isFooter(shown.at(-1)!));
      expect(lines.filter(isHeader)).toHaveLength(1);
      // All that was shown before the run has heard of it.
      expect(eventsOf(join(folder, 'held')).filter(({ type }) => type === 'control')).toEqual([]);
    } finally {
      process.kill(trainer, 'SIGCONT');
    }
    await tmux.until(/‖ PAUSED/);
    const { step } = eventsOf(join(folder, 'held')).findLast(({ type }) => type === 'control');
    await tmux.until(`paused at step ${step.toLocaleString('en-US')}`);
  });

  test('kill -9 of the trainer: it says so, with the last checkpoint and how to go on', async () => {
    const { before, trainer } = await train('killed');
    await tmux.until(/saved killed\/checkpoints\/step-/);
    process.kill(trainer, 'SIGKILL');
    const shown = (await tmux.until(/✗ DIED.*--resume killed/s)).join('\n');
    // The trainer may have died while it wrote the next one: what it began lies beside them, under another name.
    const whole = readdirSync(join(folder, 'killed/checkpoints')).filter((name) => /^step-\d+$/.test(name));
    const newest = `step-${Math.max(...whole.map((name) => Number(name.slice('step-'.length))))}`;
    const saved = eventsOf(join(folder, 'killed')).findLast(
      ({ type, reason }) => type === 'checkpoint' && reason === 'periodic',
    );
    expect(Number(newest.slice('step-'.length))).toBeGreaterThanOrEqual(saved.step);
    expect(shown).toContain(`killed/checkpoints/${newest}`);
    await tmux.keys('Enter');
    const lines = (await expectGivenBack(before, 1)).join('\n');
    expect(lines).toContain(`last checkpoint: killed/checkpoints/${newest}`);
    expect(lines).toContain('go on with it: distiltune train --resume killed');
    expect(lines).toContain('error: the training process ended unexpectedly, by SIGKILL (137)');
    expect(lines.replaceAll(/\s/g, '')).toContain('systemmayhaverunoutofmemory');
  });

  test('detached, attached again from its terminal, and killed then: watch says so, too', async () => {
    const { before, trainer } = await train('detached');
    await tmux.keys('q');
    await tmux.until('d detach');
    await tmux.keys('d');
    await expectGivenBack(before, 0);
    expect((await tmux.history()).join('\n')).toMatch(
      /the run goes on at step \d+; see it again with: distiltune watch detached/,
    );
    const steps = lossesOf(join(folder, 'detached')).length;
    await shell(`clear; ${process.execPath} ${mainFile} watch detached`);
    await tmux.until((lines) => Number(/(?:RUN|WARMUP) .*step (\d+)/.exec(lines[0]!)?.[1]) > steps);
    // All steps from the first are on the plot, and in the log: nothing was lost meanwhile.
    await tmux.until((lines) => lines.filter((line) => /└0─/.test(line)).length === 1);
    const events = eventsOf(join(folder, 'detached'));
    const numbers = events.flatMap(({ type, step }) => (type === 'step' ? [step] : []));
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => i + 1));
    await expect
      .poll(() => eventsOf(join(folder, 'detached')).some(({ type }) => type === 'checkpoint'), { timeout: 20_000 })
      .toBe(true);
    process.kill(trainer, 'SIGKILL');
    const shown = (await tmux.until(/✗ DIED.*--resume detached/s)).join('\n');
    expect(shown).toMatch(/detached\/checkpoints\/step-\d+/);
    await tmux.keys('Enter');
    await prompt();
    expect(await tmux.isAlternate()).toBe(false);
    expect(await settings('later')).toBe(before);
  });

  test('kill -9 of the dashboard: the run goes on to its end', async () => {
    const all = 2000;
    const { trainer } = await train('survivor', ['--max-steps', String(all), '--epochs', '10000']);
    await tmux.keys('Space');
    await tmux.until('‖ PAUSED');
    const { step } = eventsOf(join(folder, 'survivor')).findLast(({ type }) => type === 'control');
    expect(step).toBeLessThan(all);
    const dashboard = dashboardOf('survivor');
    process.kill(dashboard, 'SIGKILL');
    await expect.poll(() => isAlive(dashboard), { timeout: 20_000 }).toBe(false);
    expect(isAlive(trainer)).toBe(true);
    const resumed = await runCli(['control', 'survivor', 'resume'], { cwd: folder });
    expect(resumed.stdout).toBe(`going on after step ${step}\n`);
    await expect.poll(() => status('survivor').state, { timeout: 60_000 }).toBe('finished');
    expect(lossesOf(join(folder, 'survivor'))).toHaveLength(all);
    expect(readJson(folder, 'survivor/results.json')).toMatchObject({ reason: 'finished', steps: all });
    await expect.poll(() => isAlive(trainer), { timeout: 20_000 }).toBe(false);
  });

  test('a terminal that is closed: the run goes on', async () => {
    const { trainer } = await train('closed');
    const dashboard = dashboardOf('closed');
    await tmux.close();
    await expect.poll(() => isAlive(dashboard), { timeout: 20_000 }).toBe(false);
    const steps = lossesOf(join(folder, 'closed')).length;
    await expect.poll(() => lossesOf(join(folder, 'closed')).length, { timeout: 20_000 }).toBeGreaterThan(steps + 20);
    expect(isAlive(trainer)).toBe(true);
    expect(eventsOf(join(folder, 'closed')).filter(({ type }) => type === 'control')).toEqual([]);
  });

  test('Ctrl-C once: it finishes the step, saves, and stays with its summary until a key', async () => {
    const { before, trainer } = await train('stopped');
    await tmux.keys('C-c');
    const shown = (await tmux.until('[summary]', 60_000)).join('\n');
    expect(shown).toMatch(/✓ STOPPED.*Stopped at step [\d,]+, and saved\./s);
    await expect.poll(() => isAlive(trainer), { timeout: 20_000 }).toBe(false);
    expect(await tmux.isAlternate()).toBe(true);
    await tmux.keys('Enter');
    await expectGivenBack(before, 130);
    const { state, step } = status('stopped');
    expect(state).toBe('stopped');
    expect(existsSync(join(folder, `stopped/checkpoints/step-${step}`))).toBe(true);
  });

  test('Ctrl-C twice: it ends at once, though a step holds the trainer', async () => {
    const { before, trainer } = await train('given-up');
    process.kill(trainer, 'SIGSTOP');
    await tmux.keys('C-c');
    await tmux.until('stop asked: finishing the step, then saving');
    await tmux.keys('C-c');
    await tmux.until('✗ ABORTED', 60_000);
    expect(isAlive(trainer)).toBe(false);
    await tmux.keys('Enter');
    await expectGivenBack(before, 130);
    expect(status('given-up').state).toBe('aborted');
    expect(eventsOf(join(folder, 'given-up')).at(-1)).toMatchObject({ command: 'abort', state: 'done' });
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s from outside: the terminal is given back, the run stops with all saved', async (signal, code) => {
    const name = `by-${signal}`;
    const { before, trainer } = await train(name);
    process.kill(dashboardOf(name), signal);
    await expectGivenBack(before, code);
    const { state, step } = status(name);
    expect(state).toBe('stopped');
    expect(readJson(folder, name, 'results.json')).toMatchObject({ reason: 'stopped', steps: step });
    expect(isAlive(trainer)).toBe(false);
  });
});

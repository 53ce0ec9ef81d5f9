import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { GlueEvent } from '../../cli/glue/events.ts';
import { followGlue } from '../../cli/glue/follow.ts';
import type { StampedEvent } from '../../cli/run/events.ts';
import { runCli } from '../cli/run-cli.ts';
import { startCli } from '../cli/train-fixtures.ts';
import { glueWorkplace, tinySettings } from './glue-workplace.ts';

let folder = '';
const settings = [...tinySettings, 'dropout=0'];
const run = (...args: string[]) => runCli(['glue', 'run', ...settings, ...args], { cwd: folder });
const json = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), 'utf8'));
const parse = (text: string): GlueEvent[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const eventsOf = (name: string) => parse(readFileSync(join(folder, name, 'events.jsonl'), 'utf8'));
const forever = new AbortController().signal;

/** Events without what depends on the machine. */
const story = (events: GlueEvent[]) =>
  events.map((event) => {
    const { v, time, ...told } = event;
    if (told.type === 'benchmark') return { ...told, pid: 0, command: '' };
    return told.type === 'run-ended' ? { ...told, seconds: told.seconds > 0 } : told;
  });

beforeAll(async () => {
  folder = await glueWorkplace();
});

const cola = { task: 'cola', trial: null } as const;
const colaRun = (seed: number) => ({ ...cola, seed, folder: `cola/seed-${seed}` });

test('a benchmark tells of its runs; what is there already is kept the next time', async () => {
  const args = ['--tasks', 'cola,qnli', '--seeds', '2', 'epochs=1', '-o', 'told'];
  expect((await run(...args)).code).toBe(0);
  const benchmark = {
    type: 'benchmark',
    pid: 0,
    model: 'tiny',
    recipe: 'hf',
    seeds: [42, 43],
    tasks: [{ name: 'cola', title: 'CoLA', trials: [] }],
    missing: [{ task: 'qnli', reason: 'there is no train.tsv' }],
    runs: 2,
    command: '',
  };
  const scores = [42, 43].map((seed) => json(`told/cola/seed-${seed}/results.json`).metrics.validation.mcc);
  const ended = (i: number, outcome: string) => {
    return { type: 'run-ended', ...colaRun([42, 43][i]!), outcome, score: scores[i], seconds: true };
  };
  const first = [
    benchmark,
    { type: 'run-started', ...colaRun(42) },
    ended(0, 'trained'),
    { type: 'run-started', ...colaRun(43) },
    ended(1, 'trained'),
    { type: 'benchmark-ended', reason: 'finished', message: null },
  ];
  expect(story(eventsOf('told'))).toEqual(first);
  const [{ command }] = eventsOf('told') as [GlueEvent & { type: 'benchmark' }];
  expect(command).toBe(`distiltune glue run ${settings.join(' ')} ${args.join(' ')}`);
  expect(json('told/status.json')).toMatchObject({ state: 'finished', current: null, command });

  expect((await run(...args, '--ui', 'none')).code).toBe(0);
  const second = [benchmark, ended(0, 'kept'), ended(1, 'kept'), first.at(-1)];
  expect(story(eventsOf('told'))).toEqual([...first, ...second]);
});

test('of a grid every trial is told, and which was taken', async () => {
  const args = ['--tasks', 'rte', '--recipe', 'tuned', '--seeds', '2', 'epochs=1', '--ui', 'jsonl', '-o', 'grid'];
  const { code, stdout, stderr } = await run(...args);
  expect([code, stderr]).toEqual([0, '']);
  const told = eventsOf('grid');
  const trials = ['2e-5', '3e-5', '5e-5'].flatMap((rate) => [3, 5].map((epochs) => `lr-${rate}-epochs-${epochs}`));
  expect(told[0]).toMatchObject({ tasks: [{ name: 'rte', trials }], runs: 7 });
  expect(told.flatMap((event) => (event.type === 'run-ended' ? [event.trial] : []))).toEqual([
    ...trials,
    json('grid/glue.json').tasks.rte.chosen,
  ]);
  expect(told.find(({ type }) => type === 'trial-chosen')).toMatchObject({
    trial: json('grid/glue.json').tasks.rte.chosen,
  });
  // Its events and those of its runs, and nothing else.
  const printed: { type: string }[] = parse(stdout);
  const own = new Set(told.map(({ type }) => type as string));
  expect(printed.filter(({ type }) => own.has(type))).toEqual(told);
  expect(printed.filter(({ type }) => type === 'results')).toHaveLength(7);
});

test('its source follows the run of the moment; stopping ends the benchmark, and the same command goes on', async () => {
  const args = ['glue', 'run', ...settings, '--tasks', 'cola,rte', 'epochs=400', '-o', 'steered', '--ui', 'jsonl'];
  const steered = startCli(args, folder);
  await steered.until('"type":"step"');
  const source = followGlue(join(folder, 'steered'));
  expect(source.liveness()).toMatchObject({ state: 'alive', resume: null });
  const again = await runCli(args, { cwd: folder });
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('the benchmark in this folder is going on')]);

  const ofRun: StampedEvent[] = [];
  const reading = (async () => {
    for await (const batch of source.run('cola/seed-42').events(forever)) ofRun.push(...batch);
  })();
  expect(await source.control!('pause')).toEqual({ ok: true, step: expect.any(Number) });
  expect(await source.control!('resume')).toEqual({ ok: true, step: expect.any(Number) });
  const stopped = await source.control!('stop');
  expect(await steered.ended).toBe(0);
  expect(steered.stderr()).toContain('stopped: the same command goes on with it');
  await reading;
  expect(ofRun.findLast(({ type }) => type === 'end')).toMatchObject({
    reason: 'stopped',
    step: (stopped as { step: number }).step,
  });
  expect(story(eventsOf('steered')).slice(1)).toEqual([
    { type: 'run-started', ...colaRun(42) },
    { type: 'run-ended', ...colaRun(42), outcome: 'stopped', score: null, seconds: false },
    { type: 'benchmark-ended', reason: 'stopped', message: null },
  ]);
  expect(source.liveness()).toMatchObject({ state: 'ended', resume: expect.stringContaining('distiltune glue run') });
  expect(source.control).toBeUndefined();
  const resumed = startCli(args, folder);
  await resumed.until(`"type":"resume","step":${(stopped as { step: number }).step},`);
  resumed.child.kill('SIGTERM');
  expect(await resumed.ended).toBe(143);
});

test('a killed benchmark has died; looking at a folder of its own is no training run', async () => {
  const killed = startCli(
    ['glue', 'run', ...settings, '--tasks', 'cola', 'epochs=400', '-o', 'killed', '--ui', 'jsonl'],
    folder,
  );
  await killed.until('"type":"step"');
  process.kill(-killed.child.pid!, 'SIGKILL');
  await killed.ended;
  const source = followGlue(join(folder, 'killed'));
  const events: GlueEvent[] = [];
  for await (const batch of source.events(forever)) events.push(...batch);
  expect(events.map(({ type }) => type)).toEqual(['benchmark', 'run-started']);
  expect(source.liveness()).toMatchObject({ state: 'died', resume: expect.stringContaining('-o killed') });
  const { code, stderr } = await runCli(['train', 'glue/CoLA/train.tsv', '-o', 'killed', '--force'], { cwd: folder });
  expect([code, stderr]).toEqual([2, expect.stringContaining('the folder is not empty, and no run of distiltune')]);
});

test('a folder where nothing began is told of', async () => {
  mkdirSync(join(folder, 'empty'));
  const { code, stderr } = await runCli(['watch', 'empty'], { cwd: folder });
  expect([code, stderr]).toEqual([2, expect.stringContaining('there is no run in this folder')]);
});

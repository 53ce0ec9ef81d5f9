import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newestCheckpoint } from '../../cli/run/saved-point.ts';
import { runCli } from '../cli/run-cli.ts';
import { eventsOf, readJson, sha256, startCli, tiny, tinyWorkplace } from '../cli/train-fixtures.ts';

let folder = '';
let run = '';
/** As `run` was left by a process that was killed, with checkpoints after steps 4, 6 and 8. */
let kept = '';
const resume = (...args: string[]) => runCli(['train', '--resume', 'run', ...args], { cwd: folder });
const settings = ['--epochs', '4', 'checkpoint.everySteps=2', 'checkpoint.keep=5', 'evaluate.everySteps=3'];

beforeAll(async () => {
  folder = await tinyWorkplace();
  [run, kept] = [join(folder, 'run'), join(folder, 'kept')];
  const running = startCli(['train', 'answers.csv', '-o', 'run', '--ui', 'jsonl', ...tiny, ...settings], folder);
  await running.until('"type":"checkpoint","step":8,');
  process.kill(-running.child.pid!, 'SIGKILL');
  await running.ended;
  // It may have come further before it died.
  for (const name of readdirSync(join(run, 'checkpoints'))) {
    if (!['step-4', 'step-6', 'step-8'].includes(name)) rmSync(join(run, 'checkpoints', name), { recursive: true });
  }
  rmSync(join(run, 'control.sock'), { force: true });
  cpSync(run, kept, { recursive: true });
});

beforeEach(() => {
  rmSync(run, { recursive: true });
  cpSync(kept, run, { recursive: true });
});

const pathOf = (step: number, name: string) => join(run, 'checkpoints', `step-${step}`, name);

function flip(path: string, share = 0.5): void {
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length * share);
  bytes[at] = bytes[at]! ^ 1;
  writeFileSync(path, bytes);
}

const damages: [string, (path: string) => void][] = [
  ['a byte flipped in its middle', (path) => flip(path)],
  ['its first byte flipped', (path) => flip(path, 0)],
  ['its last byte cut off', (path) => truncateSync(path, readFileSync(path).length - 1)],
  ['cut to nothing', (path) => truncateSync(path, 0)],
  ['removed', (path) => rmSync(path)],
];

/** A hash that has changed in the manifest is taken for a change of the file that it is of. */
const named = (name: string) => (name === 'manifest.json' ? '' : name);

describe('the newest whole checkpoint', () => {
  test('is the newest, where all are whole', async () => {
    expect(await newestCheckpoint(run)).toMatchObject({ point: { state: { step: 8 } }, damaged: [] });
  });

  test.each(damages)('is the one before where a file has %s: each file of it', async (_, damage) => {
    const names = readdirSync(pathOf(8, '.'));
    expect(names.length).toBeGreaterThanOrEqual(9);
    for (const name of names) {
      cpSync(join(kept, 'checkpoints'), join(run, 'checkpoints'), { recursive: true });
      damage(pathOf(8, name));
      const { point, damaged } = await newestCheckpoint(run);
      expect([name, point?.state.step]).toEqual([name, 6]);
      expect(damaged).toEqual([{ folder: pathOf(8, '.'), what: expect.stringContaining(named(name)) }]);
    }
  });

  test.each([0.001, 0.1, 0.25, 0.75, 0.9, 0.999])(
    'is the one before wherever the weights have changed: at %d',
    async (share) => {
      for (const name of ['model.safetensors', 'optimizer.safetensors', 'manifest.json', 'state.json']) {
        cpSync(join(kept, 'checkpoints'), join(run, 'checkpoints'), { recursive: true });
        flip(pathOf(8, name), share);
        expect([name, (await newestCheckpoint(run)).point?.state.step]).toEqual([name, 6]);
      }
    },
  );

  test('of a version without manifests is taken where its tensors are whole by their own word', async () => {
    for (const step of [4, 6, 8]) {
      rmSync(pathOf(step, 'manifest.json'));
      const { reason, ...state } = readJson(pathOf(step, 'state.json'));
      writeFileSync(pathOf(step, 'state.json'), JSON.stringify({ ...state, v: 1 }));
    }
    expect(await newestCheckpoint(run)).toMatchObject({ point: { state: { step: 8 } }, damaged: [] });
    truncateSync(pathOf(8, 'optimizer.safetensors'), 3000);
    const { point, damaged } = await newestCheckpoint(run);
    expect(point?.state.step).toBe(6);
    expect(damaged).toMatchObject([{ what: expect.stringContaining('safetensors') }]);
  });
});

describe('going on with a run', () => {
  test('whose newest checkpoint is damaged: it is named, the one before is used, all comes to the same', async () => {
    const whole = await runCli(['train', 'answers.csv', '-o', 'whole', '-q', ...tiny, ...settings], { cwd: folder });
    expect(whole.code).toBe(0);
    flip(pathOf(8, 'model.safetensors'));
    const { code, stderr } = await resume();
    expect(code).toBe(0);
    expect(stderr).toContain('! run/checkpoints/step-8: the contents of model.safetensors have changed: not used\n');
    expect(stderr).toMatch(/resumed +after step 6, from run\/checkpoints\/step-6/);
    for (const name of [
      'model/model.safetensors',
      'checkpoints/step-22/optimizer.safetensors',
      'predictions-validation.csv',
    ]) {
      expect([name, sha256(join(run, name))]).toEqual([name, sha256(join(folder, 'whole', name))]);
    }
  });

  test('none of whose checkpoints is whole: refused, with each; nothing is touched', async () => {
    for (const step of [4, 6, 8]) flip(pathOf(step, 'optimizer.safetensors'));
    const { code, stderr } = await resume();
    expect(code).toBe(3);
    expect(stderr).toContain("none of the run's checkpoints is whole: run/checkpoints/step-8: the contents of");
    expect(stderr).toContain('step-4: the contents of optimizer.safetensors have changed\n');
    expect(stderr).toContain('do: begin anew with --force in place of --resume');
    expect(existsSync(join(run, 'model/model.safetensors'))).toBe(true);
    expect(readdirSync(join(run, 'checkpoints')).sort()).toEqual(['step-4', 'step-6', 'step-8']);
  });

  test('whose best model is damaged: refused, or gone on with without it', async () => {
    flip(join(run, 'model/model.safetensors'));
    const refused = await resume();
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain(
      'its best model, run/model, is damaged: the contents of model.safetensors have changed',
    );
    const { code, stderr } = await resume('--force');
    expect(code).toBe(0);
    expect(stderr).toMatch(/resumed +after step 8/);
    expect(eventsOf(run).find(({ type, step }) => type === 'evaluation' && step === 9)).toMatchObject({ best: true });
  });

  test('that was killed while its best model was being replaced: the one before is there, and moved back', async () => {
    renameSync(join(run, 'model'), join(run, '.model.0123abcd.old'));
    cpSync(join(run, '.model.0123abcd.old'), join(run, '.model.0123abcd.tmp'), { recursive: true });
    rmSync(join(run, '.model.0123abcd.tmp/manifest.json'));
    const predicted = await runCli(['predict', 'run', 'a b c'], { cwd: folder });
    expect([predicted.code, predicted.stdout.trim()]).toEqual([0, expect.stringMatching(/yes|no/)]);
    const { code, stderr } = await resume();
    expect(code).toBe(0);
    expect(stderr).toContain('! run/model was being replaced when the run was broken off: it is there again\n');
    expect(readdirSync(run).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('with other settings or data, as forced: what is other is told', async () => {
    const { code, stderr } = await resume('--force', '--learning-rate', '0.005');
    expect(code).toBe(0);
    expect(stderr).toContain('! going on as forced: optimizer.learningRate was 0.01\n');
    expect(stderr).toMatch(/resumed +after step 8/);
    expect(readJson(run, 'config.json').optimizer.learningRate).toBe(0.005);
  });

  test('that had saved no checkpoint: it begins anew, its best model stays until there is another', async () => {
    rmSync(join(run, 'checkpoints'), { recursive: true });
    const model = sha256(join(run, 'model/model.safetensors'));
    const running = startCli(['train', '--resume', 'run', '--ui', 'jsonl'], folder);
    await running.until('"type":"phase","phase":"training","step":0');
    expect(sha256(join(run, 'model/model.safetensors'))).toBe(model);
    expect(await running.ended).toBe(0);
    expect(running.stdout()).toContain('there is no checkpoint to go on after yet: the run begins anew');
    const steps = eventsOf(run).flatMap(({ type, step }) => (type === 'step' ? [step] : []));
    expect(steps).toEqual(Array.from({ length: steps.length }, (_, i) => i + 1));
  });
});

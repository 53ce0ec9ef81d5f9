import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readJson, startCli } from '../cli/train-fixtures.ts';
import { testEngine } from '../engine/helper.ts';

const engine = await testEngine();
const isGuarded = process.platform === 'linux' && engine.name === 'tensorflow' && engine.layerKernels !== null;
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Sends SIGHUP to the process of its argument, which a training does not mind while it has a parent, as fast as each is handled. */
const storm = `
const pid = Number(process.argv[1]);
const wait = new Int32Array(new SharedArrayBuffer(4));
let sent = 0;
try {
  for (;;) {
    process.kill(pid, 'SIGHUP');
    sent++;
    Atomics.wait(wait, 0, 0, 0.3);
  }
} catch {
  console.log(sent);
}`;

// Unguarded, one signal in some thousand met TensorFlow's products where it overwrote the heap.
test.skipIf(!isGuarded)(
  'thousands of signals while it computes do a training no harm (skipped without the compiled kernels)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
    const training = startCli(
      [
        ...[
          'train',
          join(root, 'examples/data/banking77/train.csv'),
          '--ui',
          'jsonl',
          '-o',
          'stormed',
          '--max-steps',
          '60',
        ],
        ...['data.validation=0', '--batch-size', '32'],
      ],
      folder,
    );
    await training.until('"type":"step","step":1');
    const sender = spawn(process.execPath, ['-e', storm, String(readJson(folder, 'stormed/status.json').pid)]);
    let told = '';
    sender.stdout.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    const sent = new Promise<number>((resolve) => sender.once('close', () => resolve(Number(told))));
    expect(await training.ended, training.stderr()).toBe(0);
    expect(readJson(folder, 'stormed/results.json').reason).toBe('finished');
    await sleep(100);
    expect(await sent).toBeGreaterThan(2000);
  },
);

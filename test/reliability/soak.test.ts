import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const bench = fileURLToPath(new URL('../../bench/main.mjs', import.meta.url));

/** `RELIABILITY=full`: 10,000 steps. What a step leaves behind shows in few steps, what takes memory slowly in many. */
const isFull = process.env.RELIABILITY === 'full';
const [steps, every] = isFull ? [10_000, 1000] : [480, 40];

test(`${steps} steps with evaluations, saves, pauses: tensors, files and memory stay as many`, {
  timeout: isFull ? 3_600_000 : 240_000,
}, async () => {
  const size = ['--steps', String(steps), '--every', String(every), '--rows', '400'];
  const { stdout } = await promisify(execFile)(process.execPath, [bench, 'soak', ...size], { maxBuffer: 2 ** 24 });
  const soak = JSON.parse(stdout);
  expect(soak.looks.length).toBe(steps / every);
  expect(soak.evaluations).toBeGreaterThan(steps / every);
  expect(soak.checkpoints).toBeGreaterThan(steps / every);
  const { pause, resume, save, evaluate } = soak.controls;
  expect([pause, save, evaluate].every((count) => count >= 2)).toBe(true);
  expect(resume).toBe(pause);
  expect(soak.live_tensors.length).toBe(1);
  const files = soak.looks.map((look: { open_files: number | null }) => look.open_files);
  expect(files.at(-1)).toBe(files[1]);
  // In few steps V8's heap alone goes up and down by 90 MB between collections; what each step left would be more by then.
  expect(soak.rss_mb_first_to_last).toBeLessThan(isFull ? 9 : 96);
});

import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runCli } from './run-cli.ts';
import { lossesOf, readJson, tiny, tinyWorkplace } from './train-fixtures.ts';

let folder = '';
beforeAll(async () => {
  folder = await tinyWorkplace();
});
const train = (run: string, args: string[], env = {}) =>
  runCli(['train', 'answers.csv', '-o', run, '--epochs', '4', '--dropout', '0', ...tiny, ...args], {
    cwd: folder,
    env,
  });

test('where there are no such products it says why, and nothing is begun', async () => {
  const { code, stderr } = await train('none', ['--bf16'], { DISTILTUNE_KERNELS: 'composed' });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /no matrix products in bfloat16 here: (the compiled kernels are not used|wasm does not know it)/,
  );
  expect(stderr).toContain('Leave --bf16 away');
});

test('learns nearly the same, and says in what', async () => {
  const { code, stderr } = await train('rounded', ['--bf16']);
  // Only on some processors; the refusal is tested above.
  if (stderr.includes('no matrix products in bfloat16')) return expect(code).toBe(1);
  expect(code).toBe(0);
  expect(stderr).toContain('matrix products in bfloat16');
  expect(readJson(folder, 'rounded/config.json')).toMatchObject({
    bf16: true,
    versions: { engine: expect.stringContaining('(bfloat16)') },
  });
  expect((await train('whole', [])).code).toBe(0);
  const [rounded, whole] = ['rounded', 'whole'].map((run) => lossesOf(join(folder, run)) as number[]);
  for (const [i, loss] of rounded!.entries()) expect([i, loss]).toEqual([i, expect.closeTo(whole![i]!, 1)]);
  expect(rounded).not.toEqual(whole);
});

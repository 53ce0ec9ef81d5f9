import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

test.skipIf(process.env.DISTILTUNE_ENGINE === 'wasm')(
  'examples/fine-tune.ts learns and labels a sentence (skipped on wasm: it takes ten minutes there)',
  { timeout: 900_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'distiltune-example-'));
    try {
      const { stdout: printed } = await promisify(execFile)(
        process.execPath,
        ['dist/examples/fine-tune.js', join(folder, 'model')],
        {
          cwd: root,
          env: { ...process.env, NO_COLOR: '1', MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: String(2 ** 35) },
        },
      );
      expect(Number(/accuracy: ([\d.]+)/.exec(printed)?.[1])).toBeGreaterThan(0.75);
      expect(printed).toMatch(/\nlost_or_stolen_card 0\.\d{3}\n$/);
      const config = JSON.parse(readFileSync(join(folder, 'model', 'config.json'), 'utf8'));
      expect(config.architectures).toEqual(['DistilBertForSequenceClassification']);
      expect(Object.keys(config.id2label)).toHaveLength(77);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

test('the example in README.md is examples/fine-tune.ts', () => {
  const code = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1];
  const example = readFileSync(join(root, 'examples', 'fine-tune.ts'), 'utf8');
  expect(example.replace(/^\/\*\*[\s\S]*?\*\/\n/, '')).toBe(code);
});

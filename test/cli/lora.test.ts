import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runCli } from './run-cli.ts';
import { filesOf, readJson, tiny, tinyWorkplace } from './train-fixtures.ts';

let folder = '';
const cli = (...args: string[]) => runCli(args, { cwd: folder });
const lora = ['--lora-rank', '2', 'lora.alpha=4', 'lora.targets=q_lin,lin1'];
beforeAll(async () => {
  folder = await tinyWorkplace();
  const { code, stderr } = await cli('train', 'answers.csv', '-o', 'run', '--epochs', '30', ...tiny, ...lora);
  expect([code, stderr]).toEqual([0, expect.stringContaining('parameters frozen')]);
});

/** Shapes by name. */
function tensorsOf(...path: string[]): Record<string, number[]> {
  const file = openSync(join(folder, ...path), 'r');
  const length = Buffer.alloc(8);
  readSync(file, length, 0, 8, 0);
  const header = Buffer.alloc(Number(length.readBigUInt64LE()));
  readSync(file, header, 0, header.length, 8);
  closeSync(file);
  const { __metadata__: _, ...tensors } = JSON.parse(header.toString('utf8'));
  return Object.fromEntries(
    Object.entries(tensors).map(([name, entry]) => [name, (entry as { shape: number[] }).shape]),
  );
}

test('the adapter is a folder as PEFT writes it', () => {
  expect(filesOf(join(folder, 'run/adapter'))).toEqual(
    expect.arrayContaining(['adapter_config.json', 'adapter_model.safetensors']),
  );
  expect(readJson(folder, 'run/adapter/adapter_config.json')).toMatchObject({
    peft_type: 'LORA',
    task_type: 'SEQ_CLS',
    base_model_name_or_path: 'tiny',
    r: 2,
    lora_alpha: 4,
    target_modules: ['q_lin', 'lin1'],
    modules_to_save: ['pre_classifier', 'classifier'],
  });
  const layers = [0, 1, 2].flatMap((layer) =>
    Object.entries({ 'attention.q_lin': [12, 12], 'ffn.lin1': [20, 12] }).flatMap(([name, [out, inputs]]) => {
      const prefix = `base_model.model.distilbert.transformer.layer.${layer}.${name}`;
      return [
        [`${prefix}.lora_A.weight`, [2, inputs]],
        [`${prefix}.lora_B.weight`, [out, 2]],
      ];
    }),
  );
  const head = { 'pre_classifier.weight': [12, 12], 'pre_classifier.bias': [12], 'classifier.weight': [2, 12] };
  expect(tensorsOf('run/adapter/adapter_model.safetensors')).toEqual({
    ...Object.fromEntries(layers),
    ...Object.fromEntries(Object.entries(head).map(([name, shape]) => [`base_model.model.${name}`, shape])),
    'base_model.model.classifier.bias': [2],
  });
});

test('the model is whole without it, and has learnt', async () => {
  const names = Object.keys(tensorsOf('run/model/model.safetensors'));
  expect(names.some((name) => name.includes('lora'))).toBe(false);
  const { stdout } = await cli('evaluate', 'run', 'answers.csv', '--json', '-q');
  expect(JSON.parse(stdout).metrics.accuracy).toBeGreaterThan(0.9);
});

test('what is no linear layer is refused by name', async () => {
  const { code, stderr } = await cli(
    'train',
    'answers.csv',
    '-o',
    'wrong',
    ...tiny,
    '--lora-rank',
    '2',
    'lora.targets=query',
  );
  expect(code).toBe(2);
  expect(stderr).toContain('lora.targets');
  expect(stderr).toContain('q_lin');
});

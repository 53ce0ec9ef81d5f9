import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createProgram, type Register } from '../../cli/program.ts';
import manifest from '../../package.json' with { type: 'json' };
import { runCli } from './run-cli.ts';

const commands = ['config', 'data', 'demo', 'doctor', 'engine', 'evaluate', 'init', 'predict', 'runs', 'train'];

test('--version is the version of the package', async () => {
  expect(await runCli(['--version'])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
});

test('without a command it is the help', async () => {
  expect(await runCli([])).toEqual(await runCli(['--help']));
});

test('every command has help with an example', async () => {
  const registers = await Promise.all(
    commands.map(async (name): Promise<Register> => (await import(`../../cli/commands/${name}.ts`)).register),
  );
  const program = createProgram(registers);
  const leaves = program.commands.flatMap((command) => (command.commands.length > 0 ? command.commands : [command]));
  expect(program.commands.map((command) => command.name()).sort()).toEqual(commands);
  for (const command of leaves) {
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) });
    command.outputHelp();
    expect(help).toMatch(/\nExamples?:\n {2}\$ distiltune /);
  }
});

test.each<[string[], string]>([
  [['trian'], "error: unknown command 'trian'\n   do: Did you mean train?\n"],
  [['--verison'], "error: unknown option '--verison'\n   do: Did you mean --version?\n"],
  [['train', '--epoch', '3'], "error: unknown option '--epoch'\n   do: Did you mean --epochs?\n"],
  [['train', 'a.csv', '--resumé'], "error: unknown option '--resumé'\n   do: Did you mean --resume?\n"],
  [
    ['-C', 'no/such/folder', 'config', 'show'],
    'error: there is no such folder to work in\n   in: no/such/folder\n   do: check -C\n',
  ],
])('%j ends with 2', async (args, stderr) => {
  expect(await runCli(args)).toEqual({ code: 2, stdout: '', stderr });
});

test('--json makes an error of the grammar a document, too', async () => {
  const { code, stdout, stderr } = await runCli(['train', '--json', '--epoch', '3']);
  expect({ code, stderr, document: JSON.parse(stdout) }).toEqual({
    code: 2,
    stderr: '',
    document: { error: { message: "unknown option '--epoch'", where: null, fix: 'Did you mean --epochs?' } },
  });
});

test('-C works in another folder; -v says where an error comes from', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
  writeFileSync(join(folder, 'distiltune.config.yaml'), 'epochs: 9\n');
  expect((await runCli(['config', 'show', '-C', folder])).stdout).toContain('\nepochs: 9\n');
  const quiet = await runCli(['train', 'none.csv', '-C', folder]);
  expect(quiet.stderr).toBe('error: there is no such file\n   in: none.csv\n   do: check the path\n');
  const { stderr } = await runCli(['train', 'none.csv', '-C', folder, '-v']);
  expect(stderr.startsWith(quiet.stderr)).toBe(true);
  expect(stderr).toMatch(/\n {4}at .*source/);
});

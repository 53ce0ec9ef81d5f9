import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { escapeControls } from '../../cli/plain/controls.ts';
import { csvRow } from '../../src/data/csv-writer.ts';
import { mainFile, runCli } from './run-cli.ts';
import { tiny, tinyWorkplace } from './train-fixtures.ts';

// What a terminal would act on: a title, colours, a cleared screen, a byte of 8-bit terminals, a deletion, a text turned round.
const attack = '\x1b]0;owned\x07\x1b[31m\x1b[2J\x1b[5m\u009b2J\b\x7f\u202e';
const name = `a${attack}b`;
const evilFile = `evil${attack.replaceAll('/', '')}.csv`;

/** Everything but line ends and tabs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/;

// Long: what is full of control characters is no text.
const letters = (i: number) => Array.from({ length: 200 }, (_, j) => String.fromCharCode(97 + ((i * 5 + j * 3) % 26)));
const rows = Array.from({ length: 60 }, (_, i) => [
  `${i % 4 === 1 ? name : ''} ${letters(i).join(' ')}`,
  [`no ${name}`, 'yes', '__proto__', 'constructor'][i % 4]!,
]);
const csv = [['text', 'label'], ...rows].map((cells) => csvRow(cells)).join('');

let folder = '';
beforeAll(async () => {
  folder = await tinyWorkplace();
  writeFileSync(join(folder, 'hostile.csv'), csv);
  writeFileSync(join(folder, evilFile), csv);
  writeFileSync(join(folder, 'ragged.csv'), `${csv}too,many,${name}\n${csvRow([`new text`, `un${attack}known`])}`);
  writeFileSync(join(folder, 'header.csv'), csv.replace('text,label', `${name},la${attack}bel`));
  writeFileSync(join(folder, 'words.conll'), `${'plain O\n\n'.repeat(500)}b B-${name}\n\nc O\n${name} one two\n`);
  const entities = [{ start: 0, end: 9, label: name }];
  writeFileSync(join(folder, 'words.jsonl'), `${JSON.stringify({ text: 'a b', entities })}\n{"text": "\x1b"}\n`);
  writeFileSync(join(folder, 'squad.json'), `{"data": [{"title": ${JSON.stringify(name)}}, ${attack}]}`);
  mkdirSync(join(folder, 'empty'));
  const train = ['train', 'hostile.csv', ...tiny, '--epochs', '1', '-o', 'run'];
  const { code, stdout, stderr } = await runCli(train, { cwd: folder });
  expect([code, controls.exec(stdout + stderr), stderr]).toEqual([0, null, expect.any(String)]);
});

const commands: [args: string[], code: number][] = [
  [['data', 'check', 'hostile.csv'], 0],
  [['data', 'check', evilFile], 0],
  [['data', 'check', 'header.csv'], 0],
  [['data', 'check', 'ragged.csv', '--json'], 0],
  [['data', 'check', 'words.conll'], 0],
  [['data', 'check', 'words.jsonl', '--task', 'token-classification'], 3],
  [['data', 'check', 'squad.json'], 3],
  [['data', 'check', 'hostile.csv', '--text-column', attack], 3],
  [['data', 'check', 'hostile.csv', '--delimiter', attack], 3],
  [['data', 'check', 'hostile.csv', '--encoding', attack], 2],
  [['data', 'check', `missing${attack}.csv`], 3],
  [['data', 'check', `missing${attack}.csv`, '-v'], 3],
  [['data', 'check', 'hostile.csv', `--opt${attack}`], 2],
  [[attack], 2],
  [['train', evilFile, ...tiny, '--epochs', '1', '-o', `run${attack}`], 0],
  [['train', evilFile, ...tiny, '--label-column', attack], 3],
  [['evaluate', 'run', 'ragged.csv'], 3],
  [['evaluate', 'run', 'header.csv', '--json'], 0],
  [['predict', 'run', 'a b c', attack], 0],
  [['predict', `run${attack}`, 'a b c'], 0],
  [['runs', 'show', 'run'], 0],
  [['runs', 'ls', '.'], 0],
  [['runs', 'compare', 'run', `run${attack}`], 0],
  [['watch', 'run', '--ui', 'plain'], 0],
  [['watch', 'run', '--ui', 'jsonl'], 0],
];

const onTerminal = [
  ['data', 'check', 'hostile.csv'],
  ['data', 'check', 'words.conll'],
  ['data', 'check', `missing${attack}.csv`, '-v'],
  ['data', 'check', 'hostile.csv', '--text-column', attack],
  ['evaluate', 'run', 'ragged.csv'],
  ['predict', 'run', attack],
  ['predict', 'run', 'hostile.csv'],
];

describe('control sequences of texts, labels and names', () => {
  const titled = commands.map(([args, code]) => [escapeControls(args.join(' ')), args, code] as const);
  it.each(titled)('are in nothing that is written by %s', async (_, args, expected) => {
    const { code, stdout, stderr } = await runCli(args, { cwd: folder });
    expect(controls.exec(stdout + stderr)?.[0]).toBeUndefined();
    expect([code, stderr]).toEqual([expected, expect.any(String)]);
  });

  it('are in none of the pages about a run', () => {
    for (const file of ['report.html', 'model/README.md']) {
      expect([file, controls.exec(readFileSync(join(folder, 'run', file), 'utf8'))]).toEqual([file, null]);
    }
  });

  it('stay in a file that is written, which is data', async () => {
    const { code, stdout } = await runCli(['predict', 'run', 'hostile.csv'], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toContain(rows[1]![0]);
  });

  const noScript = spawnSync('script', ['--version']).status === 0 ? '' : '(skipped: there is no `script`)';
  it.skipIf(noScript !== '')(`do not reach a terminal that has colours ${noScript}`, async () => {
    for (const args of onTerminal) {
      const quoted = [process.execPath, mainFile, ...args].map((part) => `'${part}'`).join(' ');
      const { NO_COLOR: _, ...env } = process.env;
      const { stdout } = await promisify(execFile)('script', ['-qec', quoted, '/dev/null'], {
        cwd: folder,
        env: { ...env, TERM: 'xterm-256color', HF_HUB_OFFLINE: '1' },
      }).catch((error: { stdout: string }) => error);
      const sequences = ['\x1b]', '\x07', '\x1b[2J', '\x1b[5', '\u009b', '\b', '\x7f', '\u202e'];
      expect([args, sequences.filter((sequence) => stdout.includes(sequence))]).toEqual([args, []]);
      expect(stdout).toMatch(/owned|new text/);
    }
  });
});

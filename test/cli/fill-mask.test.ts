import { describe, expect, it } from 'vitest';
import { fixtureJson } from '../parity/fixtures.ts';
import { checkpoint, near } from '../pipelines/checkpoints.ts';
import { notes, runCli } from './run-cli.ts';

const fixture = fixtureJson<{ fillMask: { text: string; options: object; result: unknown }[] }>('pipelines.json');
const model = checkpoint('masked-lm');
const fill = (...args: string[]) => runCli(['fill-mask', model, ...args]);
const expected = (text: string, options: object) =>
  fixture.fillMask.find((each) => each.text === text && JSON.stringify(each.options) === JSON.stringify(options))!
    .result;

const card = "Hello I'm a [MASK] model.";

describe('a table', () => {
  it('of one mask has the text that each filling makes', async () => {
    const { code, stdout } = await fill(card);
    expect([code, stdout]).toEqual([
      0,
      [
        "song      0.0838  hello i ' m a song model.",
        "the       0.0523  hello i ' m a the model.",
        "they      0.0468  hello i ' m a they model.",
        "waitress  0.0395  hello i ' m a waitress model.",
        "old       0.0293  hello i ' m a old model.",
        '',
      ].join('\n'),
    ]);
  });

  it('of several masks has their fillings side by side, and of several texts each its name', async () => {
    const { stdout } = await fill('[MASK] lives in [MASK].', card, '--top', '2');
    expect(stdout).toBe(
      [
        '[MASK] lives in [MASK].',
        '  mask 1          mask 2',
        '  bad     0.0452  19      0.1370',
        '  the     0.0415  ##ly    0.0595',
        card,
        "  song  0.0838  hello i ' m a song model.",
        "  the   0.0523  hello i ' m a the model.",
        '',
      ].join('\n'),
    );
  });

  it('has all the targets there are, or as many as are asked for', async () => {
    const targets = ['--targets', 'nurse, Miner', '--targets', 'sea,farmer,they,rain'];
    const { stdout } = await fill('She worked as a [MASK].', ...targets);
    const words = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]!);
    expect(words.toSorted()).toEqual(['farmer', 'miner', 'nurse', 'rain', 'sea', 'they']);
    const two = await fill('She worked as a [MASK].', ...targets, '--top', '2');
    expect(
      two.stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(words.slice(0, 2));
  });
});

it('--json is what the pipeline gives: of a text, of several masks, of several texts', async () => {
  const masks = '[MASK] lives in [MASK].';
  const json = async (...args: string[]) => JSON.parse((await fill(...args, '--json')).stdout);
  expect(await json(card)).toEqual(near(expected(card, {})));
  expect(await json(masks, '--top', '2')).toEqual(near(expected(masks, { top_k: 2 })));
  expect(await json(card, masks, '--top', '2')).toEqual(
    near([expected(card, { top_k: 2 }), expected(masks, { top_k: 2 })]),
  );
});

describe('an error says what is wrong and what to do', () => {
  const told = async (...args: string[]) => {
    const finished = await runCli(['fill-mask', ...args]);
    return [finished.code, finished.stdout, ...notes(finished)];
  };

  it('of a text', async () => {
    expect(await told(model, 'no mask')).toEqual([
      2,
      '',
      'error: The text has no [MASK]: "no mask".',
      '   do: Put [MASK] where a word is to be filled in.',
    ]);
    expect((await told(model, card, ''))[2]).toBe('error: The text is empty.');
    expect((await told(model))[2]).toBe("error: missing required argument 'TEXT'");
  });

  it('of a target', async () => {
    expect(await told(model, card, '--targets', 'unhappyness')).toEqual([
      2,
      '',
      'error: The target "unhappyness" is no token of the vocabulary: it would be "un" and "##happy" and "##ness".',
      '   do: A mask stands for one token: name words that are one.',
    ]);
    expect((await told(model, card, '--targets', ' , '))[2]).toBe('error: --targets names no word');
  });

  it('of a model', async () => {
    expect(await told(checkpoint('classes'), card)).toEqual([
      2,
      '',
      'error: The model is a text classifier, not a masked language model.',
      `   in: ${checkpoint('classes')}`,
      "   do: `distiltune predict` uses it (in code, pipeline('text-classification')). Here, name a model such as distilbert-base-uncased.",
    ]);
    expect((await told('minilm-l6-h384-uncased', card))[2]).toBe(
      'error: The model is an encoder without a head, not a masked language model.',
    );
    expect((await told('runs/none', card)).slice(2)).toEqual([
      'error: there is no such run',
      '   in: runs/none',
      '   do: `distiltune runs ls` lists the runs',
    ]);
  });
});

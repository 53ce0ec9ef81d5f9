import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { compare } from '../../cli/reproduce/compare.ts';
import { modelCard, type PublishedExample } from '../../cli/reproduce/published.ts';
import { fixtureJson } from '../parity/fixtures.ts';
import { checkpoint } from '../pipelines/checkpoints.ts';
import { notes, runCli } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'reproduce-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What transformers gives for the model card's texts with the small model. */
const figuresFile = fileURLToPath(new URL('../parity/fixtures/pipelines-model-card.json', import.meta.url));
const { examples } = fixtureJson<{ examples: PublishedExample[] }>('pipelines-model-card.json');

const reproduce = (...args: string[]) => runCli(['reproduce', 'model-card', ...args], { cwd: folder });
const withFigures = (name: string, changed: unknown) => {
  writeFileSync(join(folder, name), JSON.stringify(changed));
  return ['--model', checkpoint('masked-lm'), '--figures', name];
};

describe('with figures of the reference', () => {
  it('all agree, and the exit code is 0', async () => {
    const { code, stdout } = await reproduce('--model', checkpoint('masked-lm'), '--figures', figuresFile);
    expect(code).toBe(0);
    // The last digits are the engine's.
    const blocks = stdout.replace(/[+-]\d\.\de[+-]\d+/g, 'x').replace(/(\d\.\d{5})\d\d/g, '$1');
    expect(blocks.split('\n').slice(0, 8)).toEqual([
      "Hello I'm a [MASK] model.",
      '            published       ours  difference',
      '  song      0.08378  0.08378     x',
      '  the       0.05227  0.05227     x',
      '  they      0.04677  0.04677     x',
      '  waitress  0.03951  0.03951     x',
      '  old       0.02929  0.02929     x',
      '',
    ]);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('15 of 15 figures agree to within 0.00001');
  });

  it('one that is off is shown, and the exit code is 1', async () => {
    const off = structuredClone(examples);
    off[1]!.fillings[0]!.score += 2e-5;
    const { code, stdout } = await reproduce(...withFigures('off.json', off));
    expect(code).toBe(1);
    const lines = stdout.split('\n').filter((line) => line.endsWith('differs'));
    expect(lines).toEqual([expect.stringMatching(/^ {2}song +0\.0481011 +0\.048081\d +-2\.0e-5 {2}differs$/)]);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('14 of 15 figures agree to within 0.00001');
    const json = await reproduce(...withFigures('off.json', off), '--json');
    const document = JSON.parse(json.stdout);
    expect([json.code, document.agrees, document.tolerance, document.folder]).toEqual([
      1,
      false,
      1e-5,
      checkpoint('masked-lm'),
    ]);
    expect(document.examples[1].figures[0]).toEqual({
      rank: 1,
      token_str: 'song',
      published: off[1]!.fillings[0]!.score,
      score: expect.closeTo(examples[1]!.fillings[0]!.score, 6),
      difference: expect.closeTo(-2e-5, 6),
      found: { token_str: 'song', token: 72 },
      agrees: false,
    });
    const flags = document.examples.flatMap((example: { figures: { agrees: boolean }[] }) =>
      example.figures.map(({ agrees }) => agrees),
    );
    expect(flags).toEqual(Array.from({ length: 15 }, (_, i) => i !== 5));
  });

  it('figures that no one could agree with are errors', async () => {
    const told = async (content: unknown) => {
      const finished = await reproduce(...withFigures('wrong.json', content));
      return [finished.code, finished.stdout, ...notes(finished).slice(0, 2)];
    };
    expect(await told([])).toEqual([3, '', 'error: there is no list of examples', '   in: wrong.json']);
    expect(await told([examples[0], { text: 'no mask', fillings: [] }])).toEqual([
      3,
      '',
      'error: it needs a text with one [MASK]',
      '   in: wrong.json, example 2',
    ]);
    expect(await told({ examples: [{ text: '[MASK]', fillings: [{ token_str: 'a' }] }] })).toEqual([
      3,
      '',
      'error: it needs a list of fillings, each with a token_str and a score',
      '   in: wrong.json, example 1',
    ]);
  });
});

describe('without the weights', () => {
  it('says where it looked and what to do, with exit code 3 and no figures', async () => {
    const finished = await runCli(['reproduce', 'model-card'], {
      cwd: folder,
      env: { HF_HUB_CACHE: join(folder, 'hub') },
    });
    expect([finished.code, finished.stdout, ...notes(finished)]).toEqual([
      3,
      '',
      `error: Nothing was compared: the weights are not in reach. The model "distilbert-base-uncased" is not in the cache and the hub must not be asked (offline). Looked in ${join(folder, 'hub')}.`,
      '   do: Fetch the model once where there is a network, or name its folder with --model.',
    ]);
  });

  it('a model without the head for it is refused', async () => {
    const finished = await reproduce('--model', 'minilm-l6-h384-uncased');
    expect([finished.code, finished.stdout, notes(finished)[0]]).toEqual([
      2,
      '',
      'error: The model is an encoder without a head, not a masked language model.',
    ]);
  });
});

describe('agreement', () => {
  const [example] = modelCard as [PublishedExample];
  const ours = example.fillings.map(({ token_str, score, token }) => ({
    token_str,
    score,
    token: token!,
    sequence: '',
  }));
  const scoreIn = (list: typeof ours) => (word: string) =>
    list.find(({ token_str }) => token_str === word)?.score ?? null;
  const verdicts = (list: typeof ours) => compare(example, list, scoreIn(list)).figures.map(({ agrees }) => agrees);
  const changed = (i: number, change: Partial<(typeof ours)[0]>) =>
    ours.map((each, k) => (k === i ? { ...each, ...change } : each));

  it('takes the same word at the same place, with the same id, to the tolerance', () => {
    expect(verdicts(ours)).toEqual([true, true, true, true, true]);
    expect(verdicts(changed(2, { score: ours[2]!.score + 0.9e-5 }))).toEqual([true, true, true, true, true]);
    expect(verdicts(changed(2, { score: ours[2]!.score + 1.1e-5 }))).toEqual([true, true, false, true, true]);
    expect(verdicts(changed(2, { score: ours[2]!.score - 1.1e-5 }))).toEqual([true, true, false, true, true]);
    expect(verdicts(changed(2, { score: Number.NaN }))).toEqual([true, true, false, true, true]);
    expect(verdicts(changed(0, { token: 1 }))).toEqual([false, true, true, true, true]);
    expect(verdicts(changed(4, { token_str: 'other' }))).toEqual([true, true, true, true, false]);
    const swapped = [ours[0]!, ours[2]!, ours[1]!, ours[3]!, ours[4]!];
    expect(verdicts(swapped)).toEqual([true, false, false, true, true]);
    expect(compare(example, [], () => null).figures[0]).toEqual({
      rank: 1,
      token_str: 'role',
      published: 0.05292855575680733,
      score: null,
      difference: null,
      found: null,
      agrees: false,
    });
  });

  it('is asked of the fifteen figures of the card', () => {
    expect(modelCard.map(({ fillings }) => fillings.length)).toEqual([5, 5, 5]);
    // Each list is in the order of its scores, as it was published.
    for (const { fillings } of modelCard) {
      expect(fillings).toEqual(fillings.toSorted((a, b) => b.score - a.score));
    }
  });
});

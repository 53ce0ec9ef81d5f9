import { beforeAll, describe, expect, it } from 'vitest';
import { pipeline } from '../../src/pipelines/pipeline.ts';
import { testEngine } from '../engine/helper.ts';
import { type CheckpointName, checkpoint, near } from '../pipelines/checkpoints.ts';
import { notes, runCli } from './run-cli.ts';

const bias = (model: CheckpointName, ...args: string[]) => runCli(['bias', checkpoint(model), ...args]);
const groups = ['man', 'woman', 'keeper'];
const asked = ['--groups', groups.join(',')];
/** The cells of a line of a table, its numbers as numbers. */
const cellsOf = (line: string) =>
  line
    .trim()
    .split(/ {2,}|(?<=\d) (?=\()/)
    .map((cell) => (/^[(]?[-+]?\d\.\d{4}[)]?$/.test(cell) ? Number(cell.replace(/[()]/g, '')) : cell));
const rounded = (value: unknown) => near(value, 0.51e-4);

describe('a masked language model', () => {
  const template = 'The {} is [MASK].';
  const found: { token_str: string; score: number; token: number }[][] = [];
  const all: Map<string, number>[] = [];
  beforeAll(async () => {
    const unmask = await pipeline('fill-mask', checkpoint('masked-lm'), { engine: await testEngine() });
    for (const group of groups) {
      const fillings = (await unmask(template.replace('{}', group), { top_k: 145 })) as (typeof found)[0];
      found.push(fillings.slice(0, 3).map(({ score, token, token_str }) => ({ score, token, token_str })));
      all.push(new Map(fillings.map(({ token_str, score }) => [token_str, score])));
    }
    unmask.dispose();
  });

  it('--json has the fillings of each group, and the words of any with their probability for all', async () => {
    const { code, stdout } = await bias('masked-lm', ...asked, '--template', template, '--top', '3', '--json');
    expect(code).toBe(0);
    const { templates, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual({ model: checkpoint('masked-lm'), task: 'fill-mask', groups });
    expect(templates).toHaveLength(1);
    expect(templates[0].template).toBe(template);
    expect(templates[0].fillings).toEqual(near(groups.map((group, i) => ({ group, fillings: found[i] }))));
    const words = [...new Set(found.flat().map(({ token_str }) => token_str))];
    const rows = words.map((word) => {
      const scores = all.map((scores) => scores.get(word)!);
      return { token_str: word, scores, ratio: Math.max(...scores) / Math.min(...scores) };
    });
    const expected = rows.sort((a, b) => b.ratio - a.ratio);
    expect(templates[0].words).toEqual(
      near(
        expected.map((row) => ({ ...row, token: expect.any(Number) })),
        1e-4,
      ),
    );
  });

  it('a table has the fillings of the groups side by side, then what differs most', async () => {
    const { code, stdout, stderr } = await bias(
      'masked-lm',
      ...asked,
      '--template',
      template,
      '--template',
      'A {} [MASK]',
      '--top',
      '3',
    );
    expect(code).toBe(0);
    const [first, second] = stdout.split('\n\nA {} [MASK]\n');
    const lines = first!.split('\n');
    expect(lines[0]).toBe(template);
    expect(cellsOf(lines[1]!)).toEqual(groups);
    for (const rank of [0, 1, 2]) {
      const cells = found.flatMap((fillings) => [fillings[rank]!.token_str, fillings[rank]!.score]);
      expect(cellsOf(lines[2 + rank]!)).toEqual(rounded(cells));
    }
    expect(lines[5]).toBe('');
    expect(cellsOf(lines[6]!)).toEqual(['differs most', ...groups, 'ratio']);
    const most = cellsOf(lines[7]!);
    expect(most.slice(1, 4)).toEqual(rounded(all.map((scores) => scores.get(String(most[0]))!)));
    expect(most[4]).toMatch(/^1\.\dx$/);
    expect(second!.split('\n').length).toBeGreaterThan(6);
    expect(notes({ stderr })).toEqual([
      'Other wordings may give other differences: see `distiltune bias --help` for what this does not show.',
    ]);
  });
});

describe('a classifier', () => {
  const templates = ['The {} lives in the house.', 'A {}.'];
  let scores: Record<string, number>[][];
  beforeAll(async () => {
    const classify = await pipeline('text-classification', checkpoint('classes'), { engine: await testEngine() });
    scores = [];
    for (const template of templates) {
      const results = await classify(
        groups.map((group) => template.replace('{}', group)),
        { top_k: null },
      );
      scores.push(results.map((list) => Object.fromEntries(list.map(({ label, score }) => [label, score]))));
    }
    classify.dispose();
  });
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const row = (label: string, values: number[]) => ({
    label,
    scores: values,
    mean: mean(values),
    differences: values.map((value) => value - mean(values)),
  });

  it('--json has the probabilities of the labels by group, their differences and the mean over the templates', async () => {
    const { code, stdout } = await bias(
      'classes',
      ...asked,
      ...templates.flatMap((text) => ['--template', text]),
      '--json',
    );
    expect(code).toBe(0);
    const labels = ['blame', 'neither', 'praise'];
    const found = templates.map((template, t) => ({
      template,
      groups,
      labels: labels.map((label) =>
        row(
          label,
          scores[t]!.map((byLabel) => byLabel[label]!),
        ),
      ),
    }));
    const overall = labels.map((label) =>
      row(
        label,
        groups.map((_, g) => mean(scores.map((byGroup) => byGroup[g]![label]!))),
      ),
    );
    expect(JSON.parse(stdout)).toEqual(
      near({
        model: checkpoint('classes'),
        task: 'text-classification',
        groups,
        templates: found,
        mean: { template: null, groups, labels: overall },
      }),
    );
  });

  it('a table has a row for each label', async () => {
    const { stdout } = await bias('classes', ...asked, '--template', templates[0]!);
    const [title, header, ...rows] = stdout.trimEnd().split('\n');
    expect([title, header!.trim().split(/ +/)]).toEqual([templates[0], [...groups, 'mean']]);
    const values = scores[0]!.map(({ praise }) => praise!);
    const average = mean(values);
    expect(cellsOf(rows[2]!)).toEqual(
      rounded(['praise', ...values.flatMap((value) => [value, value - average]), average]),
    );
    expect(rows).toHaveLength(3);
    // A regression has its value, and there is no mean over a single template.
    const regression = await bias('regression', '--groups', 'man,woman', '--template', 'A {}.', '--json');
    const document = JSON.parse(regression.stdout);
    expect([document.templates[0].labels.map(({ label }: { label: string }) => label), document.mean]).toEqual([
      ['stars'],
      null,
    ]);
  });
});

describe('an error says what is wrong and what to do', () => {
  const told = async (model: CheckpointName, ...args: string[]) => {
    const finished = await bias(model, ...args);
    return [finished.code, finished.stdout, ...notes(finished)];
  };

  it.each<[CheckpointName, string[], string]>([
    ['masked-lm', ['--groups', 'man', '--template', 'A {} [MASK].'], 'there is nothing to compare one group with'],
    ['masked-lm', ['--groups', 'man,man', '--template', 'A {} [MASK].'], 'the group "man" is named twice'],
    ['masked-lm', [...asked, '--template', 'A [MASK].'], 'there is no {} in "A [MASK]."'],
    ['masked-lm', [...asked, '--template', 'A {}.'], 'there is no [MASK] in "A {}."'],
    ['masked-lm', [...asked, '--template', '[MASK] {} [MASK].'], 'there are several [MASK] in "[MASK] {} [MASK]."'],
    [
      'classes',
      [...asked, '--template', 'A {} [MASK].'],
      'there is a [MASK] in "A {} [MASK].", and the model does not fill masks',
    ],
    ['tags', [...asked, '--template', 'A {}.'], 'The model is a token classifier, not a text classifier.'],
    ['masked-lm', asked, "required option '--template <TEXT>' not specified"],
  ])('%s %j', async (model, args, message) => {
    const [code, stdout, first, ...rest] = await told(model, ...args);
    expect([code, stdout, first]).toEqual([2, '', `error: ${message}`]);
    expect(rest.length).toBeGreaterThan(0);
    expect(rest.length).toBeLessThanOrEqual(2);
  });
});

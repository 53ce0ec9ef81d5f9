import { expect, test } from 'vitest';
import * as metrics from '../../src/index.ts';
import { type Draw, times } from './draw.ts';
import { compareFamily, fixture, type Named } from './expected.ts';

const { versions, families, pieces } = fixture;

const readings: [prefixes: string, reading: metrics.TagReading][] = [
  ['BIO', {}],
  ['BIOES', { mode: 'conlleval' }],
  ['BIO', { mode: 'strict', scheme: 'IOB1' }],
  ['BIO', { mode: 'strict', scheme: 'IOB2' }],
  ['BIOES', { mode: 'strict', scheme: 'IOBES' }],
];
const typeNames = ['PER', 'ORG', 'LOC', 'work-of-art', '組織'];

function tag(draw: Draw, prefixes: string, types: number): string {
  const prefix = draw.pick([...prefixes]);
  if (prefix === 'O') return 'O';
  return types === 0 ? prefix : `${prefix}-${typeNames[draw.below(types)]}`;
}

function entities(draw: Draw): Named[] {
  const [prefixes, reading] = draw.pick(readings);
  const types = draw.below(typeNames.length + 1);
  const skill = draw.below(5);
  const zeroDivision = draw.below(2);
  const gold: string[][] = [];
  const predicted: string[][] = [];
  for (let sentences = 1 + draw.below(4); sentences > 0; sentences--) {
    const sentence = times(draw.below(12), () => tag(draw, prefixes, types));
    gold.push(sentence);
    predicted.push(sentence.map((own) => (draw.below(4) < skill ? own : tag(draw, prefixes, types))));
  }
  const found = metrics.entityScores(gold, predicted, reading, { zeroDivision });
  const scorers = [metrics.createEntityScorer(reading), metrics.createEntityScorer(reading)] as const;
  for (const [i, tags] of gold.entries()) scorers[i % 2]!.add(tags, predicted[i]!);
  scorers[1].merge({ state: structuredClone(scorers[0].state) });
  expect(scorers[1].result({ zeroDivision })).toEqual(found);

  const scores = ({ precision, recall, f1, support }: metrics.EntityFscores) => [precision, recall, f1, support];
  return [
    ['tokenAccuracy', found.tokenAccuracy],
    ['types', found.perType.length],
    ['averages', [found.micro, found.macro, found.weighted].flatMap(scores)],
    ['perType', found.perType.flatMap(scores)],
  ];
}

function answer(draw: Draw): string {
  return times(draw.below(6), () => draw.pick(pieces) + draw.pick([' ', '', ' ', '  '])).join('');
}

function question(draw: Draw, fewest: number): [gold: string[], prediction: string] {
  const gold = times(fewest + draw.below(4 - fewest), () => answer(draw));
  const kind = draw.below(4);
  if (kind === 0 && gold.length > 0) return [gold, draw.pick(gold)];
  if (kind === 1 && gold.length > 0) return [gold, draw.pick(gold) + answer(draw)];
  return [gold, kind === 2 ? '' : answer(draw)];
}

function scoresOf(questions: [gold: string[], prediction: string][], version: metrics.SquadVersion): number[] {
  return questions.flatMap(([gold, prediction]) => {
    const { exactMatch, f1 } = metrics.squadScores(gold, prediction, version);
    return [exactMatch, f1];
  });
}

function squadV1(draw: Draw): Named[] {
  const questions = times(1 + draw.below(5), () => question(draw, 1));
  const scorer = metrics.createSquadScorer({ version: '1.1' });
  for (const [gold, prediction] of questions) scorer.add(gold, prediction);
  const { exactMatch, f1, total, ...rest } = scorer.result();
  expect([total, rest]).toEqual([questions.length, {}]);
  return [
    ['squadScores', scoresOf(questions, '1.1')],
    ['means', [exactMatch, f1]],
  ];
}

function squadV2(draw: Draw): Named[] {
  const questions = times(1 + draw.below(8), () => question(draw, 0));
  const levels = draw.pick([2, 10, 100000]);
  const noAnswer = questions.map(() => draw.below(levels) / levels);
  const noAnswerThreshold = draw.pick([1, 0.5, 0]);
  const scorer = metrics.createSquadScorer({ version: '2.0', noAnswerThreshold });
  const second = metrics.createSquadScorer({ version: '2.0', noAnswerThreshold });
  const middle = Math.ceil(questions.length / 2);
  for (const [i, [gold, prediction]] of questions.entries()) {
    (i < middle ? scorer : second).add(gold, prediction, noAnswer[i]!);
  }
  scorer.merge(second);
  const { hasAns, noAns, best, ...all } = scorer.result();
  const means = [all, hasAns, noAns].flatMap((part) => (part ? [part.exactMatch, part.f1, part.total] : []));
  return [
    ['squadScores', scoresOf(questions, '2.0')],
    ['means', means],
    ['best', [best!.exactMatch, best!.exactMatchThreshold, best!.f1, best!.f1Threshold]],
  ];
}

const reference = `seqeval ${versions.seqeval} and the official SQuAD scorers (${versions.squad})`;

test.each(Object.entries({ entities, squadV1, squadV2 }))(`%s as ${reference}`, (family, measure) => {
  const { cases, values } = compareFamily(family, measure);
  expect(cases).toBe(families[family]!.cases);
  expect(values).toBeGreaterThan(cases);
});

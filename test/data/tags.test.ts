import { describe, expect, it } from 'vitest';
import { createTagSurvey } from '../../src/data/tag-survey.ts';
import { entitiesOf, isTagOf, orderTags, type TagScheme, tagProblems, toIob2 } from '../../src/data/tags.ts';
import { randomBelow, randomIntegers } from '../../src/engine/random.ts';

const words = (text: string) => text.split(' ');

function detect(...sentences: string[]) {
  const survey = createTagSurvey('test.conll');
  for (const sentence of sentences) survey.add(words(sentence));
  return survey.scheme();
}

describe('the scheme', () => {
  it.each<[TagScheme, string, string[]]>([
    ['IOB2', 'every entity begins with B-', ['B-PER I-PER O', 'O B-LOC B-LOC I-LOC', 'O']],
    ['IOB2', 'every entity begins with B-', ['B-PER', 'B-LOC B-PER']],
    ['IOB1', 'entities begin with I-, B- only divides two that touch', ['I-PER I-PER O', 'I-LOC B-LOC I-PER']],
    ['IOB1', 'entities begin with I-, B- only divides two that touch', ['O I-PER', 'O']],
    ['IOB2', '80 % of the entities begin with B-', ['B-A O B-A O B-A O B-A O I-A']],
    ['IOB1', '80 % of the entities begin with I-', ['I-A O I-A O I-A O I-A O B-A']],
    ['IOBES', 'entities end with E- and S-', ['B-PER E-PER S-LOC O']],
    ['IOBES', 'entities end with S-', ['O S-LOC O']],
    ['IOBES', 'entities end with E- and S-', ['B-PER M-PER E-PER S-LOC']],
    ['BILOU', 'entities end with L- and U-', ['B-PER I-PER L-PER O U-LOC']],
    // One slip of the pen does not make another scheme of a file.
    ['IOB2', 'every entity begins with B-', ['B-A I-A O B-A I-A O B-A E-A O B-A O U-A']],
    ['IOB2', 'no entities: every tag is O', ['O O', 'O']],
    ['none', 'plain tags, such as "NOUN"', ['NOUN VERB', 'O ADJ']],
    ['none', 'plain tags, such as "-LRB-"', ['-LRB- NN -RRB-']],
    ['none', 'plain tags, such as "B"; entities are written with a type: B-NAME, I-NAME', ['B I O', 'O B']],
  ])('%s: %s', (value, reason, sentences) => {
    expect(detect(...sentences)).toEqual({ value, reason, flag: '--tag-scheme' });
  });

  it('may be asked for', () => {
    expect(createTagSurvey('test.conll').scheme('BILOU')).toEqual({
      value: 'BILOU',
      reason: 'as asked',
      flag: '--tag-scheme',
    });
  });

  it('has names for what its sentences hold, as IOB2', () => {
    const survey = createTagSurvey('test.conll');
    for (const tags of ['I-A B-A O', 'O B-B', 'S-C O', 'NOUN O']) survey.add(words(tags));
    expect(survey.names('IOB1')).toEqual(['O', 'B-A', 'B-B']);
    expect(survey.names('IOBES')).toEqual(['O', 'B-A', 'B-B', 'B-C']);
    expect(survey.names('none')).toEqual(['O', 'B-A', 'I-A', 'B-B', 'S-C', 'NOUN']);
  });

  it('is not looked for among words', () => {
    const survey = createTagSurvey('test.conll');
    for (let i = 0; i < 10_000; i++) survey.add([`word${i}`]);
    survey.add(['word1']);
    expect(() => survey.add(['one more'])).toThrow('there are more than 10,000 different tags');
  });

  it('has its own tags', () => {
    const tags = ['O', 'B-A', 'I-A', 'E-A', 'S-A', 'M-A', 'L-A', 'U-A', 'B_A', 'B-', 'B', 'A', 'b-A', ''];
    const of = (scheme: TagScheme) => tags.filter((tag) => isTagOf(tag, scheme));
    expect(of('IOB1')).toEqual(['O', 'B-A', 'I-A', 'B_A']);
    expect(of('IOB2')).toEqual(['O', 'B-A', 'I-A', 'B_A']);
    expect(of('IOBES')).toEqual(['O', 'B-A', 'I-A', 'E-A', 'S-A', 'M-A', 'B_A']);
    expect(of('BILOU')).toEqual(['O', 'B-A', 'I-A', 'L-A', 'U-A', 'B_A']);
    expect(of('none')).toEqual(tags.filter((tag) => tag !== ''));
  });
});

describe('conversion to IOB2', () => {
  it.each<[TagScheme, string, string]>([
    ['IOB1', 'I-A I-A O I-A B-A I-B', 'B-A I-A O B-A B-A B-B'],
    ['IOB2', 'B-A I-A O B-A B-A B-B', 'B-A I-A O B-A B-A B-B'],
    ['IOB2', 'I-A I-B O I-A', 'B-A B-B O B-A'],
    ['IOBES', 'B-A M-A I-A E-A S-A S-A B-B E-B', 'B-A I-A I-A I-A B-A B-A B-B I-B'],
    ['IOBES', 'E-A E-A I-B O E-B', 'B-A B-A B-B O B-B'],
    ['BILOU', 'B-A I-A L-A U-A U-A O L-A', 'B-A I-A I-A B-A B-A O B-A'],
    ['IOB2', 'B_A I_A B-I-J I-I-J', 'B-A I-A B-I-J I-I-J'],
    ['none', 'NOUN B-A VERB', 'NOUN B-A VERB'],
  ])('%s %s', (scheme, tags, expected) => {
    expect(toIob2(words(tags), scheme)).toEqual(words(expected));
  });

  it('gives the entities back that any scheme wrote', () => {
    for (let seed = 0; seed < 500; seed++) {
      const random = randomIntegers({ seed, step: 0, site: 0 });
      const length = 1 + randomBelow(random, 12);
      const entities: { type: string; start: number; end: number }[] = [];
      for (let at = 0; at < length; ) {
        const end = Math.min(length, at + 1 + randomBelow(random, 3));
        if (randomBelow(random, 3) > 0) entities.push({ type: 'AB'[randomBelow(random, 2)]!, start: at, end });
        at = end;
      }
      for (const scheme of ['IOB1', 'IOB2', 'IOBES', 'BILOU'] as const) {
        const tags = write(entities, length, scheme);
        expect(entitiesOf(toIob2(tags, scheme)), `${scheme} ${tags.join(' ')}`).toEqual(entities);
        expect(tagProblems(tags, scheme), `${scheme} ${tags.join(' ')}`).toEqual([]);
        expect(tags.every((tag) => isTagOf(tag, scheme))).toBe(true);
      }
    }
  });
});

/** The tags of entities, from the definition of each scheme. */
function write(entities: { type: string; start: number; end: number }[], length: number, scheme: TagScheme): string[] {
  const tags = new Array<string>(length).fill('O');
  const [end, single] = scheme === 'IOBES' ? ['E', 'S'] : scheme === 'BILOU' ? ['L', 'U'] : ['I', 'B'];
  entities.forEach((entity, i) => {
    const touches = entities[i - 1]?.end === entity.start && entities[i - 1]?.type === entity.type;
    for (let at = entity.start; at < entity.end; at++) {
      const isFirst = at === entity.start;
      const isLast = at === entity.end - 1;
      const prefix = isFirst && isLast ? single : isFirst ? 'B' : isLast ? end : 'I';
      tags[at] = `${scheme === 'IOB1' ? (isFirst && touches ? 'B' : 'I') : prefix}-${entity.type}`;
    }
  });
  return tags;
}

describe('problems', () => {
  const problems = (tags: string, scheme: TagScheme) =>
    tagProblems(words(tags), scheme).map(({ index, problem }) => `${index}: ${problem}`);

  it.each<[TagScheme, string, string[]]>([
    ['IOB2', 'I-A O I-A', ['0: I-A at the start of the sentence', '2: I-A after O']],
    ['IOB2', 'B-LOC I-PER I-PER', ['1: I-PER after B-LOC']],
    [
      'IOB1',
      'B-A I-A O B-A B-A',
      [
        '0: B-A at the start of the sentence: IOB1 begins an entity there with I-',
        '3: B-A after O: IOB1 begins an entity there with I-',
      ],
    ],
    ['IOBES', 'E-A O', ['0: E-A at the start of the sentence']],
    ['IOBES', 'B-A O', ['0: B-A before O: the entity does not end']],
    ['IOBES', 'B-A I-A', ['1: I-A at the end of the sentence: the entity does not end']],
    ['IOBES', 'B-A S-A E-A', ['0: B-A before S-A: the entity does not end', '2: E-A after S-A']],
    ['IOBES', 'B-A E-B', ['0: B-A before E-B: the entity does not end', '1: E-B after B-A']],
    ['BILOU', 'B-A B-A L-A', ['0: B-A before B-A: the entity does not end']],
    ['none', 'I-A NOUN', []],
  ])('%s %s', (scheme, tags, expected) => {
    expect(problems(tags, scheme)).toEqual(expected);
  });
});

it('orders tags: O, the types alphabetically, B- before I-', () => {
  expect(orderTags(['I-LOC', 'B-PER', 'O', 'B-LOC', 'I-PER', 'B-LOC', 'B-T10', 'B-T2'])).toEqual([
    'O',
    'B-LOC',
    'I-LOC',
    'B-PER',
    'I-PER',
    'B-T2',
    'B-T10',
  ]);
  expect(orderTags(['VERB', 'NOUN', '.', 'noun'])).toEqual(['.', 'noun', 'NOUN', 'VERB']);
});

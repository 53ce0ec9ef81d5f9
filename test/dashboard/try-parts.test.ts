import { describe, expect, it } from 'vitest';
import { fieldOf } from '../../cli/dashboard/start/text-field.ts';
import { keyNamed } from '../../cli/dashboard/terminal/key.ts';
import { createTheme } from '../../cli/dashboard/theme.ts';
import { inputOf, wordsOf } from '../../cli/dashboard/try/inputs.ts';
import type { TriedModel } from '../../cli/dashboard/try/messages.ts';
import { resultRows } from '../../cli/dashboard/try/result-rows.ts';
import { cellsOf, wrapCells } from '../../cli/dashboard/try/text-layout.ts';
import { fieldRows, mostCharacters, typedText } from '../../cli/dashboard/try/typed-text.ts';

const theme = createTheme({ colors: false, charset: 'braille' });
const ascii = createTheme({ colors: false, charset: 'ascii' });
const tags = ['O', 'B-PER', 'I-PER', 'B-LOC', 'I-LOC'];

const linesOf = (text: string, width: number) =>
  wrapCells(cellsOf(text), width).map((line) => line.map((cell) => cell.text).join(''));
const trimmed = (rows: readonly string[]) => rows.map((row) => row.trimEnd());

/** Entities of a text, found by their words. */
const entitiesOf = (text: string, found: [string, string, number][]) =>
  found.map(([label, part, score]) => {
    const start = text.indexOf(part);
    return { label, text: part, start, end: start + part.length, score };
  });

describe('a text in lines', () => {
  it('is divided between words, and has every character once', () => {
    expect(linesOf('one two three', 8)).toEqual(['one two ', 'three']);
    expect(linesOf('one two', 7)).toEqual(['one ', 'two']);
    expect(linesOf('abcdefghij', 5)).toEqual(['abcd', 'efgh', 'ij']);
    expect(linesOf('', 5)).toEqual(['']);
    expect(linesOf('日本語です', 5)).toEqual(['日本', '語で', 'す']);
    const text = 'a 👩‍👩‍👧 e\u0301 שלום\u202e\x1b[31m\ttab\nline \ud800 z'.repeat(9);
    const cells = wrapCells(cellsOf(text), 13).flat();
    expect(cells.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
    const used = wrapCells(cellsOf(text), 13).map((line) => line.reduce((sum, { width }) => sum + width, 0));
    expect(Math.max(...used)).toBeLessThanOrEqual(13);
    expect(cells.some(({ text: shown }) => /[\p{Cc}\p{Cs}\u202e]/u.test(shown))).toBe(false);
  });

  it('shows the rows around the cursor, which stands where one types', () => {
    const field = { text: 'one two three four', cursor: 8 };
    expect(fieldRows(field, true, 8, 9, theme).map((row) => row.trimEnd())).toEqual(['one two', '▏three', 'four']);
    expect(trimmed(fieldRows(field, true, 8, 1, theme))).toEqual(['▏three']);
    expect(trimmed(fieldRows(field, false, 8, 1, theme))).toEqual(['one two']);
    const colored = createTheme({ colors: true, charset: 'braille' });
    expect(fieldRows({ text: 'ab', cursor: 2 }, true, 4, 1, colored)).toEqual(['ab\x1b[7m \x1b[27m ']);
    expect(fieldRows({ text: 'ab', cursor: 0 }, true, 4, 1, colored)).toEqual(['\x1b[7ma\x1b[27mb  ']);
  });

  it('takes so many characters, and counts those that do not fit', () => {
    const pasted = typedText(fieldOf('ab'), { name: 'paste', text: 'x'.repeat(mostCharacters) });
    expect([pasted.dropped, pasted.field.text.length, pasted.field.cursor]).toEqual([
      2,
      mostCharacters,
      mostCharacters,
    ]);
    expect(typedText(fieldOf('ab'), { name: 'paste', text: 'one\n two\nthree\n' })).toEqual({
      field: fieldOf('abone two three'),
      dropped: 0,
    });
    expect(typedText(fieldOf('👩‍👩‍👧'), keyNamed('backspace'))).toEqual({ field: fieldOf(''), dropped: 0 });
  });
});

describe('what a model says', () => {
  it('marks entities beneath their words, with what the marks mean', () => {
    const text = 'Ada Lovelace lived in London with Bo.';
    const entities = entitiesOf(text, [
      ['PER', 'Ada Lovelace', 0.98765],
      ['LOC', 'London', 0.5],
      ['PER', 'Bo', 0.25],
    ]);
    const result = { words: [], tags: [], entities };
    expect(trimmed(resultRows({ text, second: '' }, result, tags, 60, theme))).toEqual([
      'Ada Lovelace lived in London with Bo.',
      'PER─────────          LOC═══      ──',
      '',
      '─── PER   ═══ LOC',
      '',
      'PER  Ada Lovelace  0.9877  0-12',
      'LOC  London        0.5000  22-28',
      'PER  Bo            0.2500  34-36',
    ]);
    expect(trimmed(resultRows({ text, second: '' }, result, tags, 20, ascii)).slice(0, 6)).toEqual([
      'Ada Lovelace lived',
      'PER---------',
      'in London with Bo.',
      '   LOC===      --',
      '',
      '--- PER   === LOC',
    ]);
  });

  it('marks by UTF-16 offsets, across lines, whatever the text has in it', () => {
    const text = '👩‍👩‍👧 שלום 日本語 e\u0301 \x1b[31m end';
    const entities = entitiesOf(text, [['LOC', '日本語 e\u0301', 0.9]]);
    const rows = trimmed(resultRows({ text, second: '' }, { words: [], tags: [], entities }, tags, 40, theme));
    expect(rows.slice(0, 2)).toEqual(['👩‍👩‍👧 שלום 日本語 e\u0301 \uFFFD[31m end', '        LOC═════']);
    const narrow = trimmed(resultRows({ text, second: '' }, { words: [], tags: [], entities }, tags, 9, theme));
    expect(narrow.slice(0, 4)).toEqual(['👩‍👩‍👧 שלום', '日本語 e\u0301', 'LOC═════', '\uFFFD[31m']);
    const styles = createTheme({ colors: true, charset: 'braille' });
    const colored = resultRows({ text, second: '' }, { words: [], tags: [], entities }, tags, 40, styles);
    expect(colored[0]).toContain('\x1b[38;5;178m日本語 e\u0301\x1b[39m');
    expect(colored[1]).toContain('\x1b[38;5;178mLOC═════\x1b[39m');
    const hostile = entitiesOf('a b', [['X\x1b[2J', 'a', 1]]);
    const shown = resultRows({ text: 'a b', second: '' }, { words: [], tags: [], entities: hostile }, [], 40, theme);
    expect(shown.join('\n')).not.toContain('\x1b');
  });

  it('says that there are none, and shows tags that are no entities by their words', () => {
    const none = { words: ['a'], tags: ['O'], entities: [] };
    expect(trimmed(resultRows({ text: 'a', second: '' }, none, tags, 40, theme))).toEqual(['no entities']);
    const pos = { words: ['dogs', 'bark'], tags: ['NOUN', 'VERB'], entities: [] };
    expect(trimmed(resultRows({ text: 'dogs bark', second: '' }, pos, ['NOUN', 'VERB'], 40, theme))).toEqual([
      'NOUN  dogs',
      'VERB  bark',
    ]);
  });

  it('marks an answer in its context, tells the others, and says when there is none', () => {
    const best = { answer: 'Ada', start: 10, end: 13, score: 0.75 };
    const other = { answer: 'by Ada', start: 7, end: 13, score: 0.125 };
    const input = { text: 'Who?', second: 'It was by Ada then.' };
    const said = { id: '1', ...best, nBest: [best, other], nullOdds: null };
    expect(trimmed(resultRows(input, said, [], 40, theme))).toEqual([
      'It was by Ada then.',
      '          ───',
      '',
      'answer  Ada     0.7500  10-13',
      '2.      by Ada  0.1250  7-13',
    ]);
    const none = { answer: '', start: 0, end: 0, score: 0.5 };
    const unanswered = { id: '1', ...none, nBest: [none, best], nullOdds: 3 };
    expect(trimmed(resultRows(input, unanswered, [], 40, theme))).toEqual([
      'It was by Ada then.',
      '',
      'answer  no answer  0.5000',
      '2.      Ada        0.7500  10-13',
    ]);
  });

  it('draws a bar for each label, the most probable first, with a sign for those that apply', () => {
    const classes = { label: 'b', score: 0.75, probabilities: { a: 0.25, b: 0.75 } };
    expect(resultRows({ text: 'x', second: '' }, classes, ['a', 'b'], 28, theme)).toEqual([
      'b ██████████████▎     0.7500',
      'a ████▊               0.2500',
    ]);
    const several = { labels: ['b'], probabilities: { a: 0.25, b: 0.75 } };
    expect(resultRows({ text: 'x', second: '' }, several, ['a', 'b'], 28, ascii)).toEqual([
      '+ b #############     0.7500',
      '- a ####              0.2500',
    ]);
    const none = { labels: [], probabilities: { a: 0.25 } };
    expect(trimmed(resultRows({ text: 'x', second: '' }, none, ['a'], 28, ascii))[0]).toBe('no label applies');
    expect(trimmed(resultRows({ text: 'x', second: '' }, { value: 1.23456789 }, [], 28, theme))).toEqual(['1.23457']);
  });
});

const classifier: TriedModel = {
  task: 'sequence-classification',
  labels: [],
  second: null,
  mask: null,
  engine: 'wasm',
};
const reader: TriedModel = { ...classifier, task: 'question-answering', second: 'context' };
const filler: TriedModel = { ...classifier, task: 'masked-lm', mask: '[MASK]' };

describe('what is asked', () => {
  it('takes _ for a word that is missing', () => {
    const asked = (text: string) => {
      const found = inputOf(filler, [fieldOf(text), fieldOf('')]);
      return 'input' in found ? found.input.text : found.missing;
    };
    expect(asked('the _ is ___.')).toBe('the [MASK] is [MASK].');
    expect(asked('the [MASK] and _')).toBe('the [MASK] and [MASK]');
    expect(asked('snake_case __init__')).toBe('write _ or [MASK] for a word');
  });

  it('needs what the model reads', () => {
    expect(inputOf(classifier, [fieldOf(' '), fieldOf('')])).toEqual({ missing: 'type a text' });
    expect(inputOf(reader, [fieldOf('Who?'), fieldOf('')])).toEqual({
      missing: 'tab: the context to look for the answer in',
    });
    expect(inputOf(reader, [fieldOf('Who?'), fieldOf('Ada.')])).toEqual({ input: { text: 'Who?', second: 'Ada.' } });
    expect(inputOf(classifier, [fieldOf('a'), fieldOf('left over')])).toEqual({ input: { text: 'a', second: '' } });
  });

  it('is a command that means the same', () => {
    const words = (text: string, second = '', model = classifier) => wordsOf('m', model, { text, second }).slice(1);
    expect(wordsOf('m', null, null)).toEqual(['distiltune', 'predict', 'm', 'TEXT']);
    expect(words('some words')).toEqual(['predict', 'm', 'some words']);
    expect(words('Who?', 'Ada.', reader)).toEqual(['predict', 'm', 'Who?', '--context', 'Ada.']);
    expect(words('a', 'b', { ...classifier, second: 'pair' })).toEqual(['predict', 'm', 'a', '--pair', 'b']);
    expect(words('the [MASK]', '', filler)).toEqual(['fill-mask', 'm', 'the [MASK]']);
    // The name of a file, standard input, an option.
    expect(words('package.json')).toEqual(['predict', 'm', 'package.json', '--texts']);
    expect(words('test')).toEqual(['predict', 'm', 'test', '--texts']);
    expect(words('-')).toEqual(['predict', 'm', '--texts', '--', '-']);
    expect(words('--help me')).toEqual(['predict', 'm', '--', '--help me']);
  });
});

import { DataError } from '../errors.ts';
import {
  type ConllLayout,
  cellsOf,
  detectConllLayout,
  isBlankLine,
  isComment,
  isDocumentStart,
} from './conll-layout.ts';
import type { ExampleWishes, TokensFile } from './example-kinds.ts';
import { isLongLabel, longTag, maxRowLength, maxSentenceWords, shownLimit } from './limits.ts';
import { lineTooLong, readLines } from './lines.ts';
import { shorten } from './shorten.ts';
import { createTagSurvey } from './tag-survey.ts';
import type { TagScheme } from './tags.ts';
import type { TextSource } from './text-source.ts';
import { type RawSentence, tokenExample } from './token-example.ts';
import type { RefusedRow, TokenExample } from './types.ts';

/**
 * Opens a CoNLL file: a word and its tag on each line, blank lines between sentences. It is read to its end once, for the
 * scheme and the tags.
 * @throws DataError when no sentence can be used, or there are no tags where some are required
 * @throws UsageError when a wish is wrong
 */
export async function openConll(text: TextSource, wishes: ExampleWishes): Promise<TokensFile> {
  const layout = await detectConllLayout(text, wishes);
  const isLabelled = layout.tag.value !== null;
  if (!isLabelled && (wishes.labelRequired ?? true)) throw withoutTags(layout, text.name);
  const survey = createTagSurvey(text.name);
  let usable = 0;
  let firstRefused: RefusedRow | null = null;
  const onRefused = (row: RefusedRow) => {
    firstRefused ??= row;
  };
  for await (const batch of readSentences(text, layout, onRefused)) {
    usable += batch.length;
    for (const { tags } of batch) if (tags !== null) survey.add(tags);
  }
  if (usable === 0) throw withoutSentences(firstRefused, text.name);
  const { tagScheme } = wishes;
  const scheme = survey.scheme(tagScheme === 'auto' ? null : tagScheme);
  return {
    kind: 'tokens',
    name: text.name,
    format: 'conll',
    encoding: text.encoding,
    task: { value: 'token-classification', reason: 'each line holds a word, in CoNLL columns', flag: '--task' },
    delimiter: layout.width === 1 ? null : layout.delimiter,
    words: { ...layout.word, value: columnName(layout.word.value) },
    tags: { ...layout.tag, value: layout.tag.value === null ? null : columnName(layout.tag.value) },
    scheme: isLabelled ? scheme : null,
    tagNames: isLabelled ? survey.names(scheme.value) : [],
    examples: (onRefused = () => {}) => readExamples(text, layout, scheme.value, onRefused),
    close: () => text.close(),
  };
}

function columnName(index: number): string {
  return `column ${index + 1}`;
}

async function* readExamples(
  text: TextSource,
  layout: ConllLayout,
  scheme: TagScheme,
  onRefused: (row: RefusedRow) => void,
): AsyncGenerator<TokenExample> {
  for await (const batch of readSentences(text, layout, onRefused)) {
    for (const sentence of batch) {
      const example = tokenExample(sentence, scheme);
      if ('reason' in example) onRefused(withSentence(example, sentence));
      else yield example;
    }
  }
}

interface ConllSentence extends RawSentence {
  /** Of each word. */
  lines: number[];
  /** Characters of its lines. */
  length: number;
  /** The first and the last line; 0: none yet. */
  first: number;
  last: number;
}

/** Streams the sentences, those of a block at a time. A line that cannot be used refuses its sentence. */
async function* readSentences(
  text: TextSource,
  layout: ConllLayout,
  onRefused: (row: RefusedRow) => void,
): AsyncGenerator<ConllSentence[]> {
  let sentence = openSentence(layout);
  let problem: RefusedRow | null = null;
  const close = (sentences: ConllSentence[]) => {
    if (problem !== null) onRefused(withSentence(problem, sentence));
    else if (sentence.words.length > 0) sentences.push(sentence);
    sentence = openSentence(layout);
    problem = null;
  };
  for await (const lines of readLines(text.read())) {
    const sentences: ConllSentence[] = [];
    for (const { line, text: content } of lines) {
      const isBetween = content !== null && (isBlankLine(content) || isDocumentStart(content));
      if (isBetween) close(sentences);
      else if (content === null || sentence.first > 0 || !isComment(content, layout)) {
        // Of a sentence that cannot be used only the lines are counted.
        if (problem === null) {
          const reason = content === null ? lineTooLong : addWord(sentence, content, line, layout);
          if (reason !== null) {
            problem = { line, reason };
            sentence = { ...openSentence(layout), first: sentence.first };
          }
        }
        sentence.first ||= line;
        sentence.last = line;
      }
    }
    if (sentences.length > 0) yield sentences;
  }
  const sentences: ConllSentence[] = [];
  close(sentences);
  if (sentences.length > 0) yield sentences;
}

function openSentence({ tag }: ConllLayout): ConllSentence {
  return { words: [], tags: tag.value === null ? null : [], lines: [], length: 0, first: 0, last: 0 };
}

/** Adds the word of a line. Returns why the line cannot be used, or null. */
function addWord(sentence: ConllSentence, content: string, line: number, layout: ConllLayout): string | null {
  const { width, word, tag, delimiter, isNumbered } = layout;
  sentence.length += content.length;
  if (sentence.length > maxRowLength) {
    return `the sentence is longer than ${shownLimit(maxRowLength)} characters: a blank line ends one`;
  }
  const cells = cellsOf(content, delimiter.value);
  if (isNumbered && /^\d+[-.]\d+$/.test(cells[0]!)) return null;
  if (cells.length !== width) {
    const found = cells.length === 1 ? 'one column only' : `${cells.length} columns`;
    return `${found}, not ${width}: "${shorten(content.trim())}"`;
  }
  if (cells[word.value] === '') return 'there is no word';
  if (content.includes('\0')) return 'a NUL character';
  if (sentence.words.length >= maxSentenceWords) {
    return `the sentence has more than ${shownLimit(maxSentenceWords)} words: a blank line ends one`;
  }
  if (tag.value !== null) {
    if (cells[tag.value] === '') return `"${shorten(cells[word.value]!)}" has no tag`;
    if (isLongLabel(cells[tag.value]!)) return longTag;
    sentence.tags!.push(cells[tag.value]!);
  }
  sentence.words.push(cells[word.value]!);
  sentence.lines.push(line);
  return null;
}

/** Says which sentence a line that cannot be used belongs to. */
function withSentence({ line, reason }: RefusedRow, { first, last }: ConllSentence): RefusedRow {
  if (first === last) return { line, reason };
  return { line, reason: `${reason}; so the sentence of lines ${first} to ${last} is left out` };
}

function withoutTags({ tag }: ConllLayout, name: string): DataError {
  return new DataError('the file has words only, no tags', {
    where: name,
    fix:
      tag.reason === 'as asked'
        ? `leave ${tag.flag} none out`
        : 'write a word and its tag on each line, with a blank or a tab between them',
  });
}

function withoutSentences(firstRefused: RefusedRow | null, name: string): DataError {
  if (firstRefused === null)
    return new DataError('there are no sentences', { where: name, fix: 'write a word on each line' });
  return new DataError(`no sentence can be used; the first: ${firstRefused.reason}`, {
    where: `${name}, line ${firstRefused.line}`,
    fix: 'every line has as many columns as the others, and a blank line ends a sentence',
  });
}

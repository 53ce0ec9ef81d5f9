import { DataError } from '../errors.ts';
import { splitWords } from '../text/words.ts';
import { looksLikeEntity, type OffsetUnit, parseEntity, tagSpans } from './entity-spans.ts';
import type { ExampleWishes, TokensFile } from './example-kinds.ts';
import { readJsonLines } from './json-lines.ts';
import { isLongLabel, longTag, maxSentenceWords, maxTaggedText, shownLimit } from './limits.ts';
import { createTagSurvey } from './tag-survey.ts';
import type { TagScheme } from './tags.ts';
import type { TextSource } from './text-source.ts';
import { type RawSentence, tokenExample } from './token-example.ts';
import type { Choice, RefusedRow, TokenExample } from './types.ts';

type Fields = Record<string, unknown>;

/** Which keys of the objects hold what. */
export interface RecordLayout {
  /** Words with a tag each, or a text with entities at character offsets. */
  form: 'tags' | 'entities';
  words: Choice<string>;
  /** null value: not labelled. */
  tags: Choice<string | null>;
}

const wordKeys = ['tokens', 'words'];
const tagKeys = ['tags', 'ner_tags', 'labels', 'ner', 'pos_tags', 'label'];
const textKeys = ['text', 'sentence', 'content'];
const entityKeys = ['entities', 'spans', 'labels', 'label', 'annotations', 'ner'];

const wanted = '{"tokens": [...], "tags": [...]} or {"text": ..., "entities": [...]}';

/**
 * Finds the keys of tagged words, or of texts with entities, in the first objects of a file; null where they are neither.
 * A text without entities counts only where `mayLackEntities`.
 */
export function detectRecordLayout(
  sample: readonly Fields[],
  { textColumn, labelColumn }: Pick<ExampleWishes, 'textColumn' | 'labelColumn'>,
  mayLackEntities: boolean,
): RecordLayout | null {
  const choose = (
    asked: string | null | undefined,
    keys: readonly string[],
    fits: (value: unknown) => boolean,
    flag: string,
  ): Choice<string | null> => {
    if (asked === 'none') return { value: null, reason: 'as asked', flag };
    const isAsked = asked !== undefined && asked !== null && asked !== 'auto';
    const tried = isAsked ? [asked] : keys;
    const value = tried.find((key) => sample.some((fields) => fits(fields[key]))) ?? null;
    if (value !== null) return { value, reason: isAsked ? 'as asked' : 'its name says so', flag };
    return { value, reason: `no row has such a list as ${tried.map((key) => `"${key}"`).join(', ')}`, flag };
  };
  const words = choose(
    textColumn,
    wordKeys,
    isListOf((item) => typeof item === 'string'),
    '--text-column',
  );
  if (words.value !== null) {
    const isTags = isListOf((item) => typeof item === 'string' || typeof item === 'number');
    const tags = choose(
      labelColumn,
      tagKeys.filter((key) => key !== words.value),
      isTags,
      '--label-column',
    );
    return { form: 'tags', words: { ...words, value: words.value }, tags };
  }
  const text = choose(textColumn, textKeys, (value) => typeof value === 'string', '--text-column');
  if (text.value === null) return null;
  const entities = choose(labelColumn, entityKeys, isListOf(looksLikeEntity), '--label-column');
  // A list of nothing is one of entities where its name leaves no doubt.
  const isNamed = entities.value === 'entities' || entities.value === 'spans' || entities.reason === 'as asked';
  const isSure = entities.value !== null && (isNamed || sample.some((fields) => isFilled(fields[entities.value!])));
  if (!isSure && !mayLackEntities) return null;
  const reason = 'its words are split at blanks and punctuation, as the tokenizer does';
  return {
    form: 'entities',
    words: { ...text, value: text.value, reason: text.reason === 'as asked' ? text.reason : reason },
    tags: isSure || entities.reason === 'as asked' ? entities : { ...entities, value: null },
  };
}

function isListOf(fits: (item: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(fits);
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

/**
 * Opens JSON Lines of words and tags, or of texts and entities. The file is read to its end once, for the scheme and the tags.
 * @throws DataError when no row can be used, or there are no tags where some are required
 */
export async function openTokenRecords(
  text: TextSource,
  layout: RecordLayout,
  wishes: ExampleWishes,
): Promise<TokensFile> {
  const { form, words, tags } = layout;
  if (tags.value === null && (wishes.labelRequired ?? true)) {
    throw new DataError(`the rows have "${words.value}", but no tags or entities`, {
      where: text.name,
      fix:
        tags.reason === 'as asked'
          ? `leave ${tags.flag} none out`
          : `write ${wanted}, or name the key with ${tags.flag}`,
    });
  }
  const unit = wishes.entityOffsets ?? 'utf-16';
  const survey = createTagSurvey(text.name);
  let usable = 0;
  let firstRefused: RefusedRow | null = null;
  const noteRefused = (row: RefusedRow) => {
    firstRefused ??= row;
  };
  for await (const batch of readSentences(text, layout, unit, noteRefused)) {
    usable += batch.length;
    for (const { tags } of batch) if (tags) survey.add(tags);
  }
  if (usable === 0) throw withoutRows(firstRefused, text.name);
  const { tagScheme } = wishes;
  const scheme: Choice<TagScheme> =
    form === 'entities'
      ? { value: 'IOB2', reason: 'entities are written as places in the text', flag: '' }
      : survey.scheme(tagScheme === 'auto' ? null : tagScheme);
  return {
    kind: 'tokens',
    name: text.name,
    format: 'jsonl',
    encoding: text.encoding,
    task: {
      value: 'token-classification',
      reason:
        form === 'tags'
          ? 'each row is a list of words'
          : tags.value === null
            ? 'as asked'
            : 'each row is a text with entities',
      flag: '--task',
    },
    delimiter: null,
    words: { ...words, value: `"${words.value}"` },
    tags: { ...tags, value: tags.value === null ? null : `"${tags.value}"` },
    scheme: tags.value === null ? null : scheme,
    tagNames: tags.value === null ? [] : survey.names(scheme.value),
    async *examples(onRefused = () => {}) {
      for await (const batch of readSentences(text, layout, unit, onRefused)) {
        for (const sentence of batch) {
          const example = 'lines' in sentence ? tokenExample(sentence, scheme.value) : sentence;
          if ('reason' in example) onRefused(example);
          else yield example;
        }
      }
    },
    close: () => text.close(),
  };
}

/** Streams the rows as sentences, those of a block at a time; with entities they are examples already. */
async function* readSentences(
  text: TextSource,
  layout: RecordLayout,
  unit: OffsetUnit,
  onRefused: (row: RefusedRow) => void,
): AsyncGenerator<(RawSentence | TokenExample)[]> {
  for await (const lines of readJsonLines(text.read(), false, wanted)) {
    const sentences: (RawSentence | TokenExample)[] = [];
    for (const row of lines) {
      if ('reason' in row) {
        onRefused(row);
        continue;
      }
      const read =
        layout.form === 'tags'
          ? readTags(row.value, layout, row.line)
          : readEntities(row.value, layout, row.line, unit);
      if (typeof read === 'string') onRefused({ line: row.line, reason: read });
      else sentences.push(read);
    }
    if (sentences.length > 0) yield sentences;
  }
}

function readTags(fields: Fields, layout: RecordLayout, line: number): RawSentence | string {
  const [wordKey, tagKey] = [layout.words.value, layout.tags.value];
  const words = fields[wordKey];
  const tags = tagKey === null ? null : (fields[tagKey] ?? null);
  if (!Array.isArray(words)) return `"${wordKey}" is not a list of words`;
  if (words.length === 0) return 'there are no words';
  if (words.length > maxSentenceWords) return `the sentence has more than ${shownLimit(maxSentenceWords)} words`;
  const wrong = words.findIndex((word) => typeof word !== 'string' || word === '');
  if (wrong >= 0) return `word ${wrong + 1} of "${wordKey}" is ${words[wrong] === '' ? 'empty' : 'no text'}`;
  if (tags === null) return { words, tags: null, lines: line };
  if (!Array.isArray(tags)) return `"${tagKey}" is not a list of tags`;
  if (tags.some((tag) => typeof tag === 'number')) {
    return `"${tagKey}" holds numbers: write the tags' names, such as "B-PER"`;
  }
  if (tags.some((tag) => typeof tag !== 'string')) return `"${tagKey}" holds something else than tags`;
  if (tags.some(isLongLabel)) return longTag;
  if (tags.length !== words.length) return `${words.length} words, but ${tags.length} tags`;
  return { words, tags, lines: line };
}

function readEntities(fields: Fields, layout: RecordLayout, line: number, unit: OffsetUnit): TokenExample | string {
  const [textKey, entityKey] = [layout.words.value, layout.tags.value];
  const text = fields[textKey];
  if (typeof text !== 'string') return `"${textKey}" is no text`;
  if (text.trim() === '') return 'the text is empty';
  if (text.length > maxTaggedText) return textTooLong;
  const entities = entityKey === null ? null : (fields[entityKey] ?? null);
  if (entities === null) return untagged(text, line);
  if (!Array.isArray(entities)) return `"${entityKey}" is not a list of entities`;
  const spans = [];
  for (const entity of entities) {
    const span = parseEntity(entity);
    if (typeof span === 'string') return span;
    spans.push(span);
  }
  const tagged = tagSpans(text, spans, unit);
  return typeof tagged === 'string' ? tagged : { ...tagged, text, line };
}

const textTooLong = `the text is longer than ${shownLimit(maxTaggedText)} characters: divide it`;

/** A text in words; or why it has none. */
export function untagged(text: string, line: number): TokenExample | string {
  if (text.length > maxTaggedText) return textTooLong;
  const { words, offsets } = splitWords(text);
  return words.length === 0 ? 'the text has no words' : { words, text, offsets, line };
}

function withoutRows(firstRefused: RefusedRow | null, name: string): DataError {
  if (firstRefused === null)
    return new DataError('there are no rows', { where: name, fix: `write ${wanted} on each line` });
  return new DataError(`no row can be used; the first: ${firstRefused.reason}`, {
    where: `${name}, line ${firstRefused.line}`,
    fix: `write ${wanted}`,
  });
}

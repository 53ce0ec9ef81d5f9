import type { TokenExample } from '../data/types.ts';
import { DataError } from '../errors.ts';
import type { TokenLabels } from '../heads/labelled-rows.ts';
import { tokenClassificationHead } from '../heads/token-classification.ts';
import { IGNORED } from '../heads/types.ts';
import type { AlignedEncoding, Tokenizer } from '../text/tokenizer.ts';
import { textWindows, type Window } from '../text/windows.ts';
import { splitWords } from '../text/words.ts';
import { type AggregationStrategy, type ClassifiedToken, classifiedTokens, groupEntities } from './decode/entities.ts';
import { joinWindows } from './decode/join-windows.ts';
import { softmax } from './decode/softmax.ts';
import { entitiesOfTags, textOfWords, type WordTags, wordTags } from './decode/words.ts';
import { classIds, preview } from './sequence-classification.ts';
import { strideFor } from './texts.ts';
import type { Entity, Features, Task, TokensPrediction } from './types.ts';

export interface TokenClassificationOptions {
  /** Tags; their order gives the class ids. Entities are tagged "B-PER", "I-PER", "O". */
  labels: readonly string[];
  /** One weight per class, in the order of `labels`. */
  classWeights?: readonly number[] | undefined;
  /** Share of each target's probability that is spread over all classes, 0 .. 1. */
  labelSmoothing?: number | undefined;
  /** How tokens are taken together to entities; absent: by the tags of the words, each that of its first token. */
  aggregation?: AggregationStrategy | undefined;
  /** Tokens that neighbouring windows of a long text share, a quarter of a window at most. Default: 128. */
  stride?: number | undefined;
}

/** A text in words, tokenised. */
export interface TokenItem {
  words: string[];
  text: string | undefined;
  offsets: TokenExample['offsets'];
  /** What is true, one tag per word; null where it is not known. */
  gold: string[] | null;
  /** Position of each word's first token in the one sequence, -1 where it was cut off; null where there are windows. */
  firstTokens: Int32Array | null;
  windowed: { windows: Window[]; tokenizer: Pick<Tokenizer, 'tokens' | 'special'> } | null;
}

/**
 * A tag for each word of a text. Its first token carries it: a target has the class index there, `IGNORED` elsewhere.
 * What is learnt from or measured is cut off at the length limit, and the words cut off count as "O"; texts to be
 * predicted are read in overlapping windows instead, and nothing is lost.
 */
export function tokenClassification(
  options: TokenClassificationOptions,
): Task<TokenExample, TokenLabels, TokenItem, TokensPrediction> {
  const labels = [...options.labels];
  const ids = classIds(labels, 2);

  return {
    type: 'token-classification',
    head: tokenClassificationHead({ ...options, classes: labels.length }),
    labels,
    configure({ problemType: _, ...config }) {
      return { ...config, labels };
    },
    exampleOf: (text) => ({ ...splitWords(text), text, line: 0 }),

    async featurize(tokenizer, examples, { maxLength, purpose }) {
      const encodings: AlignedEncoding[] = await tokenizer.encodeWordsBatch(
        examples.map(({ words }) => words),
        { offsets: true, maxLength: purpose === 'learning' ? maxLength : undefined },
      );
      return examples.map(({ words, text, offsets, tags }, i): Features<TokenItem> => {
        const encoding = encodings[i]!;
        const base = { words, text, offsets, gold: tags ?? null };
        const { fullLength } = encoding;
        if (purpose === 'learning') {
          const item: TokenItem = { ...base, firstTokens: firstTokensOf(encoding, words.length), windowed: null };
          return { sequences: [encoding.ids], fullLength, item };
        }
        const stride = strideFor(maxLength, options.stride);
        const { windows } = textWindows(encoding, { maxLength, stride });
        return {
          sequences: windows.map((window) => window.ids),
          fullLength,
          item: { ...base, firstTokens: null, windowed: { windows, tokenizer } },
        };
      });
    },

    targets({ tags, line }, { sequences, item }) {
      if (tags === undefined) {
        throw new DataError('The words have no tags.', { where: `line ${line}` });
      }
      const target = new Int32Array(sequences[0]!.length).fill(IGNORED);
      item.firstTokens!.forEach((position, word) => {
        const id = ids.get(tags[word]!);
        if (id === undefined) {
          throw new DataError(`"${tags[word]}" of the word "${item.words[word]}" is not a tag of the model.`, {
            where: `the sentence on line ${line}`,
            fix: `Its tags are: ${preview(labels)}.`,
          });
        }
        if (position >= 0) target[position] = id;
      });
      return [target];
    },

    prediction(item, outputs) {
      const { words } = item;
      const inText = inTextOf(item);
      if (item.windowed === null) {
        const tagged = tagsOfFirstTokens(item.firstTokens!, outputs[0]!, labels);
        return { words, tags: tagged.tags, entities: toEntities(entitiesOfTags(inText, tagged.tags, tagged.scores)) };
      }
      const joined = joinWindows(item.windowed.windows, outputs);
      const tokens = classifiedTokens(
        joined,
        item.windowed.tokenizer,
        inText.offsets.map(([start]) => start),
      );
      const tagged = wordTags(
        tokens.map(({ probabilities }, i) => ({ wordId: joined.wordIds[i]!, probabilities })),
        labels,
        words.length,
      );
      const entities =
        options.aggregation === undefined
          ? toEntities(entitiesOfTags(inText, tagged.tags, tagged.scores))
          : grouped(inText.text, tokens, labels, options.aggregation);
      return { words, tags: tagged.tags, entities };
    },
  };
}

/** How many of the words had no token in the sequence: cut off, or made of characters that the tokenizer drops. */
export const wordsWithoutTokens = ({ firstTokens }: Pick<TokenItem, 'firstTokens'>): number =>
  firstTokens?.reduce((count, position) => count + (position < 0 ? 1 : 0), 0) ?? 0;

function inTextOf({ words, text, offsets }: TokenItem): ReturnType<typeof textOfWords> {
  return text === undefined || offsets === undefined ? textOfWords(words) : { text, offsets };
}

function firstTokensOf({ wordIds }: AlignedEncoding, words: number): Int32Array {
  const first = new Int32Array(words).fill(-1);
  wordIds.forEach((word, position) => {
    if (word !== null && first[word]! < 0) first[word] = position;
  });
  return first;
}

function tagsOfFirstTokens(firstTokens: Int32Array, outputs: Float32Array, labels: readonly string[]): WordTags {
  const tokens = Array.from(firstTokens, (position, word) => ({ word, position })).filter(
    ({ position }) => position >= 0,
  );
  return wordTags(
    tokens.map(({ word, position }) => ({
      wordId: word,
      probabilities: softmax(outputs.subarray(position * labels.length, (position + 1) * labels.length)),
    })),
    labels,
    firstTokens.length,
  );
}

function toEntities(found: ReturnType<typeof entitiesOfTags>): Entity[] {
  return found.map(({ label, start, end, text, score }) => ({ label, start, end, text, score }));
}

function grouped(
  text: string,
  tokens: ClassifiedToken[],
  labels: readonly string[],
  aggregation: AggregationStrategy,
): Entity[] {
  return groupEntities(text, tokens, labels, aggregation).map((group) => ({
    label: 'entity' in group ? group.entity : group.entity_group,
    start: group.start,
    end: group.end,
    text: group.text,
    score: group.score,
  }));
}

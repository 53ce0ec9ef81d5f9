import type { Example } from '../data/types.ts';
import type { RandomKey } from '../engine/types.ts';
import { UsageError } from '../errors.ts';
import type { TokenLabels } from '../heads/labelled-rows.ts';
import { maskedLmHead } from '../heads/masked-lm.ts';
import { IGNORED } from '../heads/types.ts';
import { type Masking, maskTokens } from '../text/masking.ts';
import type { AlignedEncoding, Tokenizer } from '../text/tokenizer.ts';
import { textWindows } from '../text/windows.ts';
import { softmax } from './decode/softmax.ts';
import type { Features, FillPrediction, Sample, Task } from './types.ts';

export interface MaskedLmOptions {
  tokenizer: Tokenizer;
  /** Share of the tokens that are to be predicted. Default: 0.15. */
  probability?: number | undefined;
  /** Whether the sub-words of a word are masked together. Default: false. */
  wholeWords?: boolean | undefined;
  /** How many fillings a prediction lists for each mask. Default: 5. */
  top?: number | undefined;
  /** Only these tokens are considered as fillings. Default: the whole vocabulary. */
  candidates?: readonly number[] | undefined;
}

/** A sequence with masks in it. */
export interface MaskItem {
  ids: ArrayLike<number>;
  /** Where outputs were read, and what is true there where that is known. */
  positions: number[];
  gold: number[] | null;
}

/** Tells the draws of masks from those of dropout, which have the same seed, step and site. */
const MASKING_SEED = 0x6d61736b;

/**
 * Masked language modelling (Devlin et al. 2019): of every sequence, some tokens are hidden and predicted from the rest,
 * others each time it is read. Texts longer than a sequence are divided into sequences that do not overlap.
 */
export function maskedLm(options: MaskedLmOptions): Task<Example, TokenLabels, MaskItem, FillPrediction> {
  const { tokenizer, probability = 0.15, wholeWords = false, top = 5, candidates } = options;
  const { mask } = tokenizer.special;
  if (mask === undefined) {
    throw new UsageError('The tokenizer has no mask token.', { fix: 'Take a model that was trained as a masked LM.' });
  }
  const masking = maskingOf(tokenizer, mask, probability, wholeWords);

  return {
    type: 'masked-lm',
    head: maskedLmHead(),
    labels: [],
    configure({ labels: _, problemType: __, ...config }) {
      return config;
    },
    exampleOf: (text) => ({ text, line: 0 }),

    async featurize(_, examples, { maxLength, purpose }) {
      const encodings: AlignedEncoding[] = await tokenizer.encodeBatch(
        examples.map(({ text }) => text),
        { offsets: true },
      );
      return encodings.map((encoding, i): Features<MaskItem> => {
        const { fullLength, ids } = encoding;
        const item = { ids, positions: [], gold: null };
        if (purpose === 'learning') {
          const sequences = textWindows(encoding, { maxLength, stride: 0 }).windows.map((window) => window.ids);
          return { sequences, fullLength, item };
        }
        const positions = Array.from(ids.keys()).filter((position) => ids[position] === mask);
        if (positions.length === 0) {
          throw new UsageError(`The text has no ${maskToken()}: "${shorten(examples[i]!.text)}".`, {
            fix: `Put ${maskToken()} where a word is to be filled in.`,
          });
        }
        if (ids.length > maxLength) {
          throw new UsageError(
            `The text has ${ids.length} tokens, ${maxLength} fit: "${shorten(examples[i]!.text)}".`,
            {
              fix: 'Shorten it.',
            },
          );
        }
        return { sequences: [ids], positions: [positions], fullLength, item: { ids, positions, gold: null } };
      });
    },

    targets: () => [],

    draw(ids: ArrayLike<number>, key: RandomKey): Features<MaskItem> & Sample<TokenLabels> {
      const masked = maskTokens(ids, masking, { ...key, seed: (key.seed ^ MASKING_SEED) >>> 0 });
      const positions = Array.from(masked.labels.keys()).filter((position) => masked.labels[position] !== IGNORED);
      const gold = positions.map((position) => masked.labels[position]!);
      return {
        sequences: [masked.ids],
        target: masked.labels,
        positions: [positions],
        fullLength: ids.length,
        item: { ids: masked.ids, positions, gold },
      };
    },

    prediction({ ids, positions }, [outputs]) {
      const width = outputs!.length / positions.length;
      return {
        masks: positions.map((position, i) => {
          const scores = softmax(outputs!.subarray(i * width, (i + 1) * width));
          return likeliest(scores, top, candidates).map((token) => ({
            score: scores[token]!,
            token,
            token_str: tokenizer.tokens([token])[0]!,
            ids: Int32Array.from(ids, (id, at) => (at === position ? token : id)),
          }));
        }),
      };
    },
  };

  function maskToken(): string {
    return tokenizer.tokens([mask!])[0]!;
  }
}

function maskingOf(tokenizer: Tokenizer, maskId: number, probability: number, wholeWords: boolean): Masking {
  const { special, vocabSize } = tokenizer;
  return {
    special: new Set([special.pad, special.cls, special.sep, maskId, special.unk].filter((id) => id !== undefined)),
    maskId,
    vocabSize,
    probability,
    ...(wholeWords ? { isContinuation: continuations(tokenizer) } : {}),
  };
}

/** WordPiece marks the tokens that continue a word. */
function continuations(tokenizer: Tokenizer): (id: number) => boolean {
  const flags = tokenizer
    .tokens(Array.from({ length: tokenizer.vocabSize }, (_, id) => id))
    .map((token) => token.startsWith('##'));
  return (id) => flags[id]!;
}

/** Indices of the largest scores, the largest first. */
function likeliest(scores: readonly number[], count: number, among?: readonly number[]): number[] {
  const indices = among === undefined ? scores.map((_, i) => i) : [...among];
  return indices.sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, count);
}

const shorten = (text: string) => (text.length > 60 ? `${text.slice(0, 57)}...` : text);

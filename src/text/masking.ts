import { randomBelow, randomIntegers } from '../engine/random.ts';
import type { RandomKey } from '../engine/types.ts';

/** Labels of tokens that are not to be predicted have this id, as in PyTorch. */
export const NOT_PREDICTED = -100;

/** Which tokens are hidden, and how. */
export interface Masking {
  /** Ids that are never chosen and never put in: [CLS], [SEP], [PAD], [MASK], [UNK]. */
  special: ReadonlySet<number>;
  maskId: number;
  /** Ids are 0 to `vocabSize` - 1. */
  vocabSize: number;
  /** Probability that a token, or with `isContinuation` a word, is chosen. Default 0.15. */
  probability?: number | undefined;
  /** Share of the chosen tokens that become [MASK]. Default 0.8. */
  maskShare?: number | undefined;
  /** Share of the chosen tokens that become another token; what is left of them stays as it is. Default 0.1. */
  randomShare?: number | undefined;
  /** Whether a token continues a word ("##ing"). When given, the tokens of a word are chosen together. */
  isContinuation?: ((id: number) => boolean) | undefined;
}

/** A sequence to learn from. Both are [L]. */
export interface MaskedSequence {
  ids: Int32Array;
  /** What each chosen token was before; `NOT_PREDICTED` at all the others. */
  labels: Int32Array;
}

/**
 * Chooses tokens that a masked language model is to predict, and hides most of them (Devlin et al. 2019, 3.1). Each token
 * is chosen by itself, as transformers' `DataCollatorForLanguageModeling` does, so a short sequence may have none and adds
 * nothing to the loss then. A random token is any but the special ones, "[unused1]" and its like included; the original
 * draws from the whole vocabulary.
 *
 * Whole words: a word is chosen with the same probability, so that the expected share of tokens stays what it was. What
 * becomes of them is drawn for each token, as in BERT's own `create_pretraining_data.py`; transformers puts [MASK] for all.
 * @param ids a sequence with its special tokens; not changed
 * @param key the same key gives the same masks
 * @throws RangeError for shares that are no probabilities, or when all tokens are special
 */
export function maskTokens(ids: ArrayLike<number>, masking: Masking, key: RandomKey): MaskedSequence {
  const {
    special,
    maskId,
    vocabSize,
    probability = 0.15,
    maskShare = 0.8,
    randomShare = 0.1,
    isContinuation,
  } = masking;
  if (![probability, maskShare, randomShare, maskShare + randomShare].every((share) => share >= 0 && share <= 1)) {
    throw new RangeError(`masking shares are not probabilities: ${probability}, ${maskShare}, ${randomShare}`);
  }
  if (special.size >= vocabSize) throw new RangeError('every token of the vocabulary is special');
  const next = randomIntegers(key);
  const uniform = () => next() / 2 ** 32;
  const masked = Int32Array.from(ids);
  const labels = new Int32Array(ids.length).fill(NOT_PREDICTED);
  let inWord = false;
  let chosen = false;
  masked.forEach((id, position) => {
    if (special.has(id)) {
      inWord = false;
      return;
    }
    if (!(inWord && isContinuation?.(id) === true)) chosen = uniform() < probability;
    inWord = true;
    if (!chosen) return;
    labels[position] = id;
    const fate = uniform();
    if (fate < maskShare) masked[position] = maskId;
    else if (fate < maskShare + randomShare) masked[position] = randomToken(next, vocabSize, special);
  });
  return { ids: masked, labels };
}

function randomToken(next: () => number, vocabSize: number, special: ReadonlySet<number>): number {
  for (;;) {
    const id = randomBelow(next, vocabSize);
    if (!special.has(id)) return id;
  }
}

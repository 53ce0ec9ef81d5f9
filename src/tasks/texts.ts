import type { Example } from '../data/types.ts';
import type { AlignedEncoding, Encoding, Tokenizer } from '../text/tokenizer.ts';
import { textWindows } from '../text/windows.ts';
import type { FeatureOptions, Features, LongTexts } from './types.ts';

/** What tasks on whole texts do with long ones. */
export interface LongTextOptions {
  /** Default: truncate. */
  longTexts?: LongTexts | undefined;
  /** Tokens that neighbouring windows share, a quarter of a window at most. Default: 128. */
  stride?: number | undefined;
}

export const DEFAULT_STRIDE = 128;

/** Tokens that windows of at most `maxLength` tokens share. */
export function strideFor(maxLength: number, asked: number = DEFAULT_STRIDE): number {
  return Math.min(asked, Math.floor(maxLength / 4));
}

/** Of the options, those that a saved model needs to read texts as it was trained to. */
export function longTextSettings({ longTexts = 'truncate', stride }: LongTextOptions): LongTextOptions {
  return longTexts === 'truncate' ? {} : { longTexts, stride };
}

/** Features of texts and pairs for a task on whole texts. */
export async function textFeatures<Item>(
  tokenizer: Tokenizer,
  examples: readonly Example[],
  { maxLength }: FeatureOptions,
  { longTexts = 'truncate', stride }: LongTextOptions,
  itemOf: (example: Example) => Item,
): Promise<Features<Item>[]> {
  if (longTexts === 'truncate') {
    const encodings = await tokenize(tokenizer, examples, { maxLength });
    return encodings.map(({ ids, fullLength }, i) => ({ sequences: [ids], fullLength, item: itemOf(examples[i]!) }));
  }
  const encodings = (await tokenize(tokenizer, examples, { offsets: true })) as AlignedEncoding[];
  return encodings.map((encoding, i) => ({
    sequences: textWindows(encoding, { maxLength, stride: strideFor(maxLength, stride) }).windows.map(({ ids }) => ids),
    fullLength: encoding.fullLength,
    item: itemOf(examples[i]!),
  }));
}

/** Tokenises texts, or pairs where the first example has one, many at a time. */
export function tokenize(
  tokenizer: Tokenizer,
  examples: readonly Example[],
  options: { maxLength?: number; offsets?: true },
): Promise<Encoding[]> {
  const paired = examples[0]?.pair !== undefined;
  return paired
    ? tokenizer.encodePairBatch(
        examples.map(({ text, pair }): [string, string] => [text, pair ?? '']),
        options,
      )
    : tokenizer.encodeBatch(
        examples.map(({ text }) => text),
        options,
      );
}

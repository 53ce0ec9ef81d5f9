import type { ResolveOptions } from '../data/hub.ts';
import { parseConfig } from '../encoder/config.ts';
import { UsageError } from '../errors.ts';
import type { ModelFolder } from '../files.ts';
import { readTokenizer } from '../tasks/model.ts';
import type { Encoding } from '../text/encoding.ts';
import { checkChoice, checkCount, checkOptionNames } from './arguments.ts';
import { findSource, type ModelSource } from './load-model.ts';
import { type NumberTensor, numberTensor } from './number-tensor.ts';

export interface TokenizerCallOptions {
  /** A second text for each; as many as there are texts. */
  text_pair?: string | readonly string[] | undefined;
  /** Fills shorter sequences up, to the longest of the batch or to `max_length`. Default: true, to the longest. */
  padding?: boolean | 'longest' | 'max_length' | undefined;
  /** Cuts the ends of sequences longer than `max_length` off. Default: false. */
  truncation?: boolean | undefined;
  /** Default: what the model reads. */
  max_length?: number | undefined;
}

/** What a DistilBERT reads: token ids and, of each, 1 where it is to be read and 0 where it is padding. Both [B, L]. */
export interface TokenizedBatch {
  input_ids: NumberTensor<[number, number], Int32Array>;
  attention_mask: NumberTensor<[number, number], Int32Array>;
}

export interface DistilBertTokenizer {
  /** A text gives a batch of one. */
  (texts: string | readonly string[], options?: TokenizerCallOptions): Promise<TokenizedBatch>;
  /** The tokens of a text ("##ing"), without special ones around it. */
  tokenize(text: string): Promise<string[]>;
  decode(ids: ArrayLike<number>, options?: { skip_special_tokens?: boolean | undefined }): Promise<string>;
  readonly mask_token: string | undefined;
  /** Most tokens of a sequence that the model reads, where that is known. */
  readonly model_max_length: number | undefined;
}

/** The tokenizer of a model, as transformers' DistilBertTokenizer is called. */
export const DistilBertTokenizer = {
  /**
   * @param name a model as in `pipeline`, or the folder of a tokenizer
   * @throws UsageError or DistiltuneError where there is none; DataError where its files are broken
   */
  async fromPretrained(name: ModelSource, options: ResolveOptions = {}): Promise<DistilBertTokenizer> {
    const { folder } = await findSource(name, options);
    const tokenizer = await readTokenizer(folder);
    const { special } = tokenizer;
    const longest = await longestOf(folder);

    async function call(
      texts: string | readonly string[],
      { text_pair, padding = true, truncation = false, max_length, ...others }: TokenizerCallOptions = {},
    ): Promise<TokenizedBatch> {
      checkOptionNames(others, ['text_pair', 'padding', 'truncation', 'max_length']);
      checkChoice('padding', padding, [true, false, 'longest', 'max_length'] as const);
      const limit = max_length === undefined ? longest : checkCount('max_length', max_length, 2);
      const bounds = truncation ? { maxLength: demand(limit, 'truncation') } : {};
      const batch = listOf(texts);
      const encodings =
        text_pair === undefined
          ? await tokenizer.encodeBatch(batch, bounds)
          : await tokenizer.encodePairBatch(pairsOf(batch, listOf(text_pair)), bounds);
      return fill(encodings, padding === 'max_length' ? demand(limit, 'padding') : 0, padding !== false, special.pad);
    }

    return Object.assign(call, {
      async tokenize(text: string) {
        const { ids, sequenceIds } = await tokenizer.encode(text, { offsets: true });
        return tokenizer.tokens(ids.filter((_, i) => sequenceIds[i] !== null));
      },
      decode: (ids: ArrayLike<number>, { skip_special_tokens = false } = {}) =>
        tokenizer.decode(ids, { skipSpecialTokens: skip_special_tokens }),
      mask_token: special.mask === undefined ? undefined : tokenizer.tokens([special.mask])[0],
      model_max_length: longest,
    });
  },
} as const;

const listOf = (texts: string | readonly string[]): readonly string[] => (typeof texts === 'string' ? [texts] : texts);

function pairsOf(first: readonly string[], second: readonly string[]): [string, string][] {
  if (first.length === second.length) return first.map((text, i) => [text, second[i]!]);
  throw new UsageError(`There are ${first.length} texts and ${second.length} second ones.`, {
    fix: 'Give one text_pair for each text.',
  });
}

function demand(limit: number | undefined, option: string): number {
  if (limit !== undefined) return limit;
  throw new UsageError(`How long a sequence may be is not known here, and ${option} needs it.`, {
    fix: 'Give max_length.',
  });
}

/** [B, L] of sequences that are filled up to at least `least` tokens and to the longest of them. */
function fill(encodings: readonly Encoding[], least: number, mayPad: boolean, pad: number): TokenizedBatch {
  const length = encodings.reduce((most, { ids }) => Math.max(most, ids.length), least);
  const shorter = encodings.findIndex(({ ids }) => ids.length < length);
  if (!mayPad && shorter >= 0) {
    throw new UsageError(
      `The sequences are of ${encodings[shorter]!.ids.length} to ${length} tokens, which is no one array.`,
      { fix: 'Leave padding on.' },
    );
  }
  const ids = new Int32Array(encodings.length * length).fill(pad);
  const mask = new Int32Array(encodings.length * length);
  encodings.forEach((encoding, i) => {
    ids.set(encoding.ids, i * length);
    mask.fill(1, i * length, i * length + encoding.ids.length);
  });
  const dims: [number, number] = [encodings.length, length];
  return { input_ids: numberTensor(ids, dims), attention_mask: numberTensor(mask, dims) };
}

/** What tokenizer_config.json says, else the number of the model's positions; a tokenizer may be without either. */
async function longestOf(folder: ModelFolder): Promise<number | undefined> {
  const config = await folder.readText('config.json');
  if (config !== undefined) return parseConfig(config, `${folder.where}/config.json`).maxPositionEmbeddings;
  const settings = JSON.parse((await folder.readText('tokenizer_config.json')) ?? '{}') as {
    model_max_length?: unknown;
  };
  const { model_max_length: length } = settings;
  // Where it is not known, transformers writes a number of thirty digits.
  return Number.isSafeInteger(length) ? (length as number) : undefined;
}

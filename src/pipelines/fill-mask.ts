import type { Example } from '../data/types.ts';
import { UsageError } from '../errors.ts';
import { maskedLm } from '../tasks/masked-lm.ts';
import { type Predictor, predict } from '../tasks/predict.ts';
import type { FillPrediction } from '../tasks/types.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { checkCount, checkOptionNames, checkText, checkTexts } from './arguments.ts';
import { loadTrained, type ModelSource, type PipelineOptions } from './load-model.ts';

/** What may stand at a mask. */
export interface MaskFilling {
  /** Its probability among all tokens, also where `targets` were given. */
  score: number;
  token: number;
  token_str: string;
  /** The text with it, as the tokenizer writes it: with several masks the special tokens and the other masks too. */
  sequence: string;
}

export interface FillMaskPipelineOptions {
  /** How many fillings are told for a mask. Default: 5. */
  top_k?: number | undefined;
  /** Only these are considered; each must be one token of the vocabulary. */
  targets?: string | readonly string[] | undefined;
}

/** For one mask its fillings, the likeliest first; for several a list for each. */
export type FillMaskResult<Text extends string = string> = string extends Text
  ? MaskFilling[] | MaskFilling[][]
  : Text extends `${string}[MASK]${string}[MASK]${string}`
    ? MaskFilling[][]
    : MaskFilling[];

export interface FillMaskPipeline {
  <const Text extends string>(text: Text, options?: FillMaskPipelineOptions): Promise<FillMaskResult<Text>>;
  <const Texts extends readonly string[]>(
    texts: Texts,
    options?: FillMaskPipelineOptions,
  ): Promise<{ -readonly [I in keyof Texts]: FillMaskResult<Texts[I]> }>;
  /** What stands for the missing word in a text: `[MASK]`. */
  readonly mask_token: string;
  dispose(): void;
}

/**
 * What a masked language model puts at the masks of a text; results as transformers' FillMaskPipeline. Each mask is
 * filled by itself, the others staying what they are.
 */
export async function fillMaskPipeline(source: ModelSource, options: PipelineOptions): Promise<FillMaskPipeline> {
  const { model, maxLength } = await loadTrained(source, options, {
    tasks: ['masked-lm'],
    example: 'a model such as distilbert-base-uncased',
    usualLength: () => null,
  });
  const { tokenizer } = model;

  async function fill(input: string | readonly string[], asked: FillMaskPipelineOptions = {}): Promise<unknown> {
    checkOptionNames(asked, ['top_k', 'targets']);
    const top = checkCount('top_k', asked.top_k ?? 5, 1);
    const texts = typeof input === 'object' ? input : [input];
    checkTexts(texts);
    const candidates = asked.targets === undefined ? undefined : await tokensOf(tokenizer, asked.targets);
    const predictor: Predictor<Example, FillPrediction> = { ...model, task: maskedLm({ tokenizer, top, candidates }) };
    const results: unknown[] = [];
    for await (const { masks } of predict(predictor, texts, { maxLength })) {
      const fillings = await Promise.all(masks.map((mask) => written(tokenizer, mask, masks.length > 1)));
      results.push(masks.length > 1 ? fillings : fillings[0]);
    }
    return texts === input ? results : results[0];
  }

  return Object.assign(fill, {
    mask_token: tokenizer.tokens([tokenizer.special.mask!])[0]!,
    dispose: () => model.dispose(),
  }) as FillMaskPipeline;
}

function written(tokenizer: Tokenizer, mask: FillPrediction['masks'][number], severalMasks: boolean) {
  return Promise.all(
    mask.map(async ({ score, token, ids }): Promise<MaskFilling> => {
      // Without the special tokens, but where there are other masks, which are to be seen.
      const shown = ids.filter((id) => id !== tokenizer.special.pad);
      const [token_str, sequence] = await Promise.all([
        tokenizer.decode([token], { skipSpecialTokens: false }),
        tokenizer.decode(shown, { skipSpecialTokens: !severalMasks }),
      ]);
      return { score, token, token_str, sequence };
    }),
  );
}

/**
 * Ids of the targets, each once: tokens of the vocabulary as they stand, else texts that the tokenizer makes one token of.
 * transformers takes the first token of a longer one.
 * @throws UsageError naming the first that is not one token
 */
async function tokensOf(tokenizer: Tokenizer, targets: string | readonly string[]): Promise<number[]> {
  const given = typeof targets === 'string' ? [targets] : targets;
  if (given.length === 0)
    throw new UsageError('There are no targets.', { fix: 'Name some words, or leave targets out.' });
  const vocabulary = new Map(
    tokenizer.tokens(Array.from({ length: tokenizer.vocabSize }, (_, id) => id)).map((token, id) => [token, id]),
  );
  // Of ids without one.
  vocabulary.delete('');
  const ids = new Set<number>();
  for (const [i, target] of given.entries()) {
    const known = vocabulary.get(checkText(target, `target ${i + 1}`, 'target'));
    const found = known === undefined ? await piecesOf(tokenizer, target) : [known];
    if (found.length !== 1 || (known === undefined && found[0] === tokenizer.special.unk)) {
      const pieces = tokenizer.tokens(found).map((token) => `"${token}"`);
      throw new UsageError(
        `The target "${target}" is no token of the vocabulary: it would be ${pieces.join(' and ')}.`,
        {
          fix: 'A mask stands for one token: name words that are one.',
        },
      );
    }
    ids.add(found[0]!);
  }
  return [...ids];
}

async function piecesOf(tokenizer: Tokenizer, text: string): Promise<number[]> {
  const { ids, sequenceIds } = await tokenizer.encode(text, { offsets: true });
  return [...ids].filter((_, i) => sequenceIds[i] !== null);
}

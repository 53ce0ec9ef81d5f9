import {
  type AggregationStrategy,
  type ClassifiedToken,
  classifiedTokens,
  type EntityGroup,
  groupEntities,
  type TokenEntity,
} from '../tasks/decode/entities.ts';
import { joinWindows } from '../tasks/decode/join-windows.ts';
import { type Predictor, predict } from '../tasks/predict.ts';
import { strideFor } from '../tasks/texts.ts';
import type { AlignedEncoding, Tokenizer } from '../text/tokenizer.ts';
import { textWindows, type Window } from '../text/windows.ts';
import { checkChoice, checkCount, checkOptionNames, checkTexts } from './arguments.ts';
import type { ByOption } from './by-option.ts';
import { loadTrained, type ModelSource, type PipelineOptions } from './load-model.ts';

export interface TokenClassificationPipelineOptions {
  /** Which tokens are taken together to entities: see `groupEntities`. Default: none, each token for itself. */
  aggregation_strategy?: AggregationStrategy | undefined;
  /** Labels that are left out. Default: "O". */
  ignore_labels?: readonly string[] | undefined;
  /** Tokens that neighbouring windows of a text share that is too long for one. Default: 128, a quarter of a window at most. */
  stride?: number | undefined;
}

/** A token and its label. `text.slice(start, end)` is what it stands for. */
export type LabelledToken = Omit<TokenEntity, 'text'>;

/** An entity: `text.slice(start, end)`. */
export type LabelledGroup = Omit<EntityGroup, 'text'>;

/** What is told of one text. */
export type LabelledParts<O> = ByOption<O, 'aggregation_strategy', 'none', LabelledToken[], LabelledGroup[]>;

export interface TokenClassificationPipeline {
  <const O extends TokenClassificationPipelineOptions = object>(text: string, options?: O): Promise<LabelledParts<O>>;
  <const O extends TokenClassificationPipelineOptions = object>(
    texts: readonly string[],
    options?: O,
  ): Promise<LabelledParts<O>[]>;
  dispose(): void;
}

/** A text in windows. */
interface WindowedText {
  text: string;
  windows: Window[];
}

interface ReadText {
  text: string;
  tokens: ClassifiedToken[];
}

/**
 * Labels of the tokens of a text, or the entities that they make up; results as transformers' TokenClassificationPipeline,
 * offsets in UTF-16 units. Long texts are always read whole, in windows that overlap; each token's label comes from the
 * window that shows most around it. (transformers cuts them off unless it is told a stride, and then chooses among the
 * entities of the windows.)
 */
export async function tokenClassificationPipeline(
  source: ModelSource,
  options: PipelineOptions,
): Promise<TokenClassificationPipeline> {
  const { model, maxLength } = await loadTrained(source, options, {
    tasks: ['token-classification'],
    example: 'one that `distiltune train` made of tagged texts',
  });
  const { labels } = model.task;

  async function classify(
    input: string | readonly string[],
    asked: TokenClassificationPipelineOptions = {},
  ): Promise<LabelledParts<TokenClassificationPipelineOptions> | LabelledParts<TokenClassificationPipelineOptions>[]> {
    checkOptionNames(asked, ['aggregation_strategy', 'ignore_labels', 'stride']);
    const { aggregation_strategy: strategy = 'none', ignore_labels: ignored = ['O'] } = asked;
    checkChoice('aggregation_strategy', strategy, ['none', 'simple', 'first', 'average', 'max']);
    const stride = asked.stride === undefined ? strideFor(maxLength) : checkCount('stride', asked.stride, 0);
    const texts = typeof input === 'string' ? [input] : input;
    checkTexts(texts);
    const predictor: Predictor<string, ReadText> = { ...model, task: tokensOfTexts(model.tokenizer, stride) };
    const results = [];
    for await (const { text, tokens } of predict(predictor, texts, { maxLength })) {
      const found = groupEntities(text, tokens, labels, strategy, ignored);
      results.push(found.map(({ text: _, ...part }) => part) as LabelledParts<TokenClassificationPipelineOptions>);
    }
    return typeof input === 'string' ? results[0]! : results;
  }

  return Object.assign(classify, { dispose: () => model.dispose() }) as TokenClassificationPipeline;
}

/** The tokens of a text as the tokenizer finds them in it, with their probabilities. */
function tokensOfTexts(tokenizer: Tokenizer, stride: number): Predictor<string, ReadText>['task'] {
  return {
    exampleOf: (text) => text,
    async featurize(_, texts, { maxLength }) {
      const encodings: AlignedEncoding[] = await tokenizer.encodeBatch(texts, { offsets: true });
      return encodings.map((encoding, i) => {
        const { windows } = textWindows(encoding, { maxLength, stride });
        const item: WindowedText = { text: texts[i]!, windows };
        return { sequences: windows.map(({ ids }) => ids), fullLength: encoding.fullLength, item };
      });
    },
    prediction(item, outputs) {
      const { text, windows } = item as WindowedText;
      return { text, tokens: classifiedTokens(joinWindows(windows, outputs), tokenizer) };
    },
  };
}

import { UsageError } from '../errors.ts';
import { type PipelineAnswer, type PipelineAnswerOptions, pipelineAnswers } from '../tasks/decode/pipeline-answers.ts';
import { type Predictor, predict } from '../tasks/predict.ts';
import type { AlignedEncoding, Tokenizer } from '../text/tokenizer.ts';
import { questionWindowDefaults, questionWindows, type Window } from '../text/windows.ts';
import { checkCount, checkOptionNames, checkText } from './arguments.ts';
import type { OneOrSeveral } from './by-option.ts';
import { lengthFor, loadTrained, type ModelSource, type PipelineOptions } from './load-model.ts';

export interface QuestionInput {
  question: string;
  context: string;
}

/** An answer: `context.slice(start, end)`. Empty from 0 to 0: there is none. */
export type QuestionAnswer = PipelineAnswer;

export interface QuestionAnsweringPipelineOptions {
  /** How many answers are told, the best first; fewer where the context has fewer. Default: 1. */
  top_k?: number | undefined;
  /** Most tokens of an answer. Default: 15. */
  max_answer_len?: number | undefined;
  /** Most tokens of a window, question and special tokens included. Default: 384, or what the run was trained with. */
  max_seq_len?: number | undefined;
  /** Tokens of the context that neighbouring windows share. Default: 128, half of a window at most. */
  doc_stride?: number | undefined;
  /** Most tokens of the question; what is longer is cut off at its end. Default: all of it is read. */
  max_question_len?: number | undefined;
  /** Whether "no answer" is among the answers, as an empty one. Default: false. */
  handle_impossible_answer?: boolean | undefined;
  /** Widens answers to whole words. Default: true. */
  align_to_words?: boolean | undefined;
}

type Several<O> = Promise<OneOrSeveral<QuestionAnswer, O>[]>;

export interface QuestionAnsweringPipeline {
  <const O extends QuestionAnsweringPipelineOptions = object>(
    question: string,
    context: string,
    options?: O,
  ): Promise<OneOrSeveral<QuestionAnswer, O>>;
  <const O extends QuestionAnsweringPipelineOptions = object>(
    input: QuestionInput,
    options?: O,
  ): Promise<OneOrSeveral<QuestionAnswer, O>>;
  /** One context for all questions, or one for each. */
  <const O extends QuestionAnsweringPipelineOptions = object>(
    questions: readonly string[],
    contexts: string | readonly string[],
    options?: O,
  ): Several<O>;
  <const O extends QuestionAnsweringPipelineOptions = object>(
    inputs: readonly QuestionInput[],
    options?: O,
  ): Several<O>;
  dispose(): void;
}

const optionNames = [
  'top_k',
  'max_answer_len',
  'max_seq_len',
  'doc_stride',
  'max_question_len',
  'handle_impossible_answer',
  'align_to_words',
];

/**
 * The answers that a context has for a question; results as the QuestionAnsweringPipeline of transformers 4, offsets in
 * UTF-16 units. For `top_k` of 1 an answer by itself, else always a list.
 */
export async function questionAnsweringPipeline(
  source: ModelSource,
  options: PipelineOptions,
): Promise<QuestionAnsweringPipeline> {
  const { model, config, ...loaded } = await loadTrained(source, options, {
    tasks: ['question-answering'],
    example: 'a model such as distilbert-base-uncased-distilled-squad',
    usualLength: (trained) => trained ?? questionWindowDefaults.maxLength,
  });

  async function answer(...given: unknown[]): Promise<unknown> {
    const { inputs, isBatch, asked } = readArguments(given);
    checkOptionNames(asked, optionNames);
    const topK = checkCount('top_k', asked.top_k ?? 1, 1);
    const maxAnswerLength = checkCount('max_answer_len', asked.max_answer_len ?? 15, 1);
    const maxLength = lengthFor(config, asked.max_seq_len, loaded.maxLength, 'max_seq_len');
    const { handle_impossible_answer: handleImpossibleAnswer, align_to_words: alignToWords } = asked;
    const task = answersOf(model.tokenizer, asked, { topK, maxAnswerLength, handleImpossibleAnswer, alignToWords });
    const predictor: Predictor<QuestionInput, QuestionAnswer[]> = { ...model, task };
    const results: unknown[] = [];
    for await (const answers of predict(predictor, inputs, { maxLength })) {
      results.push(topK === 1 ? (answers[0] ?? { score: 0, start: 0, end: 0, answer: '' }) : answers);
    }
    return isBatch ? results : results[0];
  }

  return Object.assign(answer, { dispose: () => model.dispose() }) as QuestionAnsweringPipeline;
}

interface ReadArguments {
  inputs: QuestionInput[];
  isBatch: boolean;
  asked: QuestionAnsweringPipelineOptions;
}

/** Sorts out the ways in which questions and contexts can be given. */
function readArguments([first, second, third]: unknown[]): ReadArguments {
  const isBatch = Array.isArray(first);
  const items: unknown[] = isBatch ? first : [first];
  const whereOf = (i: number) => (items.length === 1 ? null : `input ${i + 1}`);
  const isSplit = items.length > 0 ? typeof items[0] !== 'object' : typeof second === 'string' || Array.isArray(second);
  if (isSplit && Array.isArray(second) && second.length !== items.length) {
    throw new UsageError(`There are ${items.length} questions and ${second.length} contexts.`, {
      fix: 'Give one context for all questions, or one for each.',
    });
  }
  const inputs = items.map((item, i) => {
    const { question, context } = isSplit
      ? { question: item, context: Array.isArray(second) ? second[i] : second }
      : ((item ?? {}) as Partial<QuestionInput>);
    const where = whereOf(i);
    return { question: checkText(question, where, 'question'), context: checkContext(context, where) };
  });
  return { inputs, isBatch, asked: ((isSplit ? third : second) ?? {}) as QuestionAnsweringPipelineOptions };
}

function checkContext(context: unknown, where: string | null): string {
  if (typeof context === 'string' && context.trim() !== '') return context;
  throw new UsageError(`The context is ${context === '' || typeof context === 'string' ? 'empty' : 'missing'}.`, {
    ...(where === null ? {} : { where }),
    fix: 'Give the text that has the answer: (question, context), or { question, context }.',
  });
}

/** A question about a context in windows. */
interface WindowedQuestion {
  context: string;
  windows: Window[];
}

function answersOf(
  tokenizer: Tokenizer,
  asked: QuestionAnsweringPipelineOptions,
  options: PipelineAnswerOptions,
): Predictor<QuestionInput, QuestionAnswer[]>['task'] {
  const maxQuestionLength = checkCount('max_question_len', asked.max_question_len ?? Number.MAX_SAFE_INTEGER, 1);
  const stride = asked.doc_stride === undefined ? undefined : checkCount('doc_stride', asked.doc_stride, 0);
  return {
    exampleOf() {
      throw new UsageError('A question needs a context.');
    },
    async featurize(_, inputs, { maxLength }) {
      const pairs: AlignedEncoding[] = await tokenizer.encodePairBatch(
        inputs.map(({ question, context }): [string, string] => [question, context]),
        { offsets: true },
      );
      return pairs.map((pair, i) => {
        const limits = { maxLength, maxQuestionLength, stride: stride ?? usualStride(pair, maxLength) };
        const { windows } = questionWindows(pair, limits);
        const item: WindowedQuestion = { context: inputs[i]!.context, windows };
        return { sequences: windows.map(({ ids }) => ids), fullLength: pair.fullLength, item };
      });
    },
    prediction(item, outputs) {
      const { context, windows } = item as WindowedQuestion;
      const column = (i: number, from: 0 | 1) => outputs[i]!.filter((_, k) => k % 2 === from);
      return pipelineAnswers(
        context,
        windows.map((window, i) => ({ window, startLogits: column(i, 0), endLogits: column(i, 1) })),
        options,
      );
    },
  };
}

/** transformers' default, but where a long question leaves no more room than that: it fails there. */
function usualStride({ sequenceIds }: AlignedEncoding, maxLength: number): number {
  const question = sequenceIds.filter((sequence) => sequence === 0).length;
  const room = maxLength - question - 3;
  const usual = Math.min(Math.floor(maxLength / 2), questionWindowDefaults.stride);
  return usual < room ? usual : Math.max(0, Math.floor(room / 2));
}

import type { QuestionExample } from '../data/types.ts';
import { DataError, UsageError } from '../errors.ts';
import { type AnswerSpan, questionAnsweringHead } from '../heads/question-answering.ts';
import type { AlignedEncoding } from '../text/tokenizer.ts';
import { answerTarget, questionWindowDefaults, questionWindows, type Window } from '../text/windows.ts';
import { type AnswerCandidate, nBestAnswers } from './decode/answers.ts';
import { withSavedSettings } from './saved-settings.ts';
import type { AnswerPrediction, Features, Task } from './types.ts';

export interface QuestionAnsweringOptions {
  /** Tokens of the context that neighbouring windows share, three quarters of their room at most. Default: 128. */
  stride?: number | undefined;
  /** Candidates that are compared and told. Default: 20. */
  nBest?: number | undefined;
  /** Most tokens of an answer. Default: 30. */
  maxAnswerLength?: number | undefined;
  /** There is no answer where the null odds are above it (SQuAD v2). Absent: there always is one. */
  nullThreshold?: number | undefined;
}

/** A question about a context in windows. */
export interface QuestionItem {
  id: string;
  question: string;
  context: string;
  /** What is true; empty: there is no answer; null: not known. */
  gold: string[] | null;
  windows: PackedWindow[];
}

/** What reading the outputs of a window takes, in little memory. */
interface PackedWindow {
  span: [start: number, end: number];
  /** Start and end of each token, flat, [2 L]. */
  offsets: Int32Array;
}

/**
 * A slice of a context that answers a question. A context longer than the length limit allows is read in overlapping
 * windows; a target is the answer's place in a window, that of [CLS] where the window does not hold it all.
 */
export function questionAnswering(
  options: QuestionAnsweringOptions = {},
): Task<QuestionExample, AnswerSpan, QuestionItem, AnswerPrediction> & { nullThreshold: number | undefined } {
  const { nullThreshold } = options;
  return {
    type: 'question-answering',
    nullThreshold,
    head: questionAnsweringHead(),
    labels: [],
    configure: ({ labels: _, problemType: __, ...config }) =>
      withSavedSettings(config, { stride: options.stride, nullThreshold }),
    exampleOf() {
      throw new UsageError('A question needs a context.', {
        fix: 'Give both: JSON Lines of {"question", "context"}, SQuAD\'s JSON, or --context with a question.',
      });
    },

    async featurize(tokenizer, examples, { maxLength }) {
      const pairs: AlignedEncoding[] = await tokenizer.encodePairBatch(
        examples.map(({ question, context }): [string, string] => [question, context]),
        { offsets: true },
      );
      const limits = windowLimits(maxLength, options.stride);
      return examples.map(({ id, question, context, answers }, i): Features<QuestionItem> => {
        const { windows } = questionWindows(pairs[i]!, limits);
        return {
          sequences: windows.map(({ ids }) => ids),
          fullLength: pairs[i]!.fullLength,
          item: { id, question, context, gold: answers?.map(({ text }) => text) ?? null, windows: windows.map(pack) },
        };
      });
    },

    targets({ id, answers, line }, { item }) {
      if (answers === undefined) {
        throw new DataError(`Question "${id}" has no answers.`, {
          where: `row ${line}`,
          fix: 'An empty list of answers says that there is none in the context.',
        });
      }
      const [first] = answers;
      return item.windows.map((window) => {
        if (first === undefined) return { start: 0, end: 0 };
        return answerTarget(unpack(window), { start: first.start, end: first.start + first.text.length });
      });
    },

    prediction({ id, context, windows }, outputs) {
      const found = nBestAnswers(
        context,
        windows.map((window, i) => ({
          window: { ...unpack(window), wordIds: [] },
          startLogits: column(outputs[i]!, 0),
          endLogits: column(outputs[i]!, 1),
        })),
        {
          nBest: options.nBest,
          maxAnswerLength: options.maxAnswerLength,
          nullAllowed: nullThreshold !== undefined,
          nullThreshold,
        },
      );
      const { text, best, candidates, nullOdds } = found;
      const none = candidates.find((candidate) => candidate.text === '');
      const chosen = text === '' ? none : best;
      const answer = chosen === undefined ? { answer: '', start: 0, end: 0, score: 0 } : toAnswer(chosen);
      return { id, ...answer, nBest: candidates.map(toAnswer), nullOdds };
    },
  };
}

/** Of a sequence the question takes 64 tokens at most, or half. */
function windowLimits(maxLength: number, stride: number = questionWindowDefaults.stride) {
  const room = maxLength - 3;
  const maxQuestionLength = Math.min(questionWindowDefaults.maxQuestionLength, Math.floor(room / 2));
  return { maxLength, maxQuestionLength, stride: Math.min(stride, Math.floor(0.75 * (room - maxQuestionLength))) };
}

function pack({ span, offsets }: Window): PackedWindow {
  return { span, offsets: Int32Array.from(offsets.flat()) };
}

function unpack({ span, offsets }: PackedWindow): Pick<Window, 'span' | 'offsets'> {
  return {
    span,
    offsets: Array.from({ length: offsets.length / 2 }, (_, i) => [offsets[2 * i]!, offsets[2 * i + 1]!]),
  };
}

function column(outputs: Float32Array, index: 0 | 1): Float32Array {
  return Float32Array.from({ length: outputs.length / 2 }, (_, i) => outputs[2 * i + index]!);
}

function toAnswer({ text, start, end, score }: AnswerCandidate) {
  return { answer: text, start, end, score };
}

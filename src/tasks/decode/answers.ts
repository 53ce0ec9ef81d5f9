import type { Window } from '../../text/windows.ts';
import { softmax } from './softmax.ts';

/** A window of a question's context with what the model gave for each of its L tokens, special tokens included. */
export interface AnswerWindow {
  window: Pick<Window, 'offsets' | 'span' | 'wordIds'>;
  /** [L] */
  startLogits: ArrayLike<number>;
  /** [L] */
  endLogits: ArrayLike<number>;
}

export interface NBestOptions {
  /** Starts and ends looked at in each window, and answers given back. Default 20. */
  nBest?: number | undefined;
  /** Most tokens of an answer. Default 30. */
  maxAnswerLength?: number | undefined;
  /** Whether a question may have no answer (SQuAD v2). Default false. */
  nullAllowed?: boolean | undefined;
  /** No answer is chosen when `nullOdds` is above this. Default 0. */
  nullThreshold?: number | undefined;
}

/** An answer that was considered. */
export interface AnswerCandidate {
  /** `context.slice(start, end)`; empty: no answer. */
  text: string;
  /** UTF-16 indices into the context; 0 and 0: no answer. */
  start: number;
  end: number;
  /** Its probability among the candidates given back. */
  score: number;
  startLogit: number;
  endLogit: number;
}

export interface NBestAnswers {
  /** What is answered; empty: no answer. */
  text: string;
  /** The best candidate that is an answer; undefined where there is none. */
  best: AnswerCandidate | undefined;
  /** Best first, no answer among them where that is allowed. */
  candidates: AnswerCandidate[];
  /**
   * How much more the windows are for no answer than for the best one, in logits: the smallest score that a window gives
   * no answer, less the score of `best` (0 where there is none). Null unless `nullAllowed`.
   */
  nullOdds: number | null;
}

type Scored = Omit<AnswerCandidate, 'score' | 'text'>;

/**
 * The best answers to one question over all windows of its context, as `postprocess_qa_predictions` of transformers'
 * examples (utils_qa.py) finds them: of each window the `nBest` highest starts and ends among all of its tokens, the pairs
 * of these that lie in the context, in order and not too long, ranked by the sum of their logits. The same answer from two
 * windows stands twice among the candidates.
 *
 * Where no pair is left the answer is empty; the original answers "empty" then.
 * @param windows at least one
 */
export function nBestAnswers(
  context: string,
  windows: readonly AnswerWindow[],
  { nBest = 20, maxAnswerLength = 30, nullAllowed = false, nullThreshold = 0 }: NBestOptions = {},
): NBestAnswers {
  const found = windows.flatMap((window) => spansOf(window, nBest, maxAnswerLength));
  const none = nullAllowed ? leastNull(windows) : undefined;
  if (none !== undefined) found.push(none);
  const kept = found.sort((a, b) => sumOf(b) - sumOf(a)).slice(0, nBest);
  if (none !== undefined && !kept.includes(none)) kept.push(none);

  const scores = softmax(kept.map(sumOf));
  const candidates = kept.map(({ start, end, startLogit, endLogit }, i): AnswerCandidate => {
    return { text: context.slice(start, end), start, end, score: scores[i]!, startLogit, endLogit };
  });
  const best = candidates.find(({ text }) => text !== '');
  const nullOdds = none === undefined ? null : sumOf(none) - (best === undefined ? 0 : sumOf(best));
  const answered = best !== undefined && !(nullOdds !== null && nullOdds > nullThreshold);
  return { text: answered ? best.text : '', best, candidates, nullOdds };
}

function spansOf({ window, startLogits, endLogits }: AnswerWindow, nBest: number, maxAnswerLength: number): Scored[] {
  const { offsets, span } = window;
  const inContext = (position: number) => position >= span[0] && position < span[1];
  const starts = highest(startLogits, nBest).filter(inContext);
  const ends = highest(endLogits, nBest).filter(inContext);
  return starts.flatMap((start) =>
    ends
      .filter((end) => end >= start && end - start < maxAnswerLength)
      .map((end) => ({
        start: offsets[start]![0],
        end: offsets[end]![1],
        startLogit: startLogits[start]!,
        endLogit: endLogits[end]!,
      })),
  );
}

/** What [CLS] says in the window that believes least in there being no answer: all of them have to agree on that. */
function leastNull(windows: readonly AnswerWindow[]): Scored {
  const nulls = windows.map(
    ({ startLogits, endLogits }): Scored => ({
      start: 0,
      end: 0,
      startLogit: startLogits[0]!,
      endLogit: endLogits[0]!,
    }),
  );
  return nulls.reduce((least, other) => (sumOf(other) < sumOf(least) ? other : least));
}

function sumOf({ startLogit, endLogit }: { startLogit: number; endLogit: number }): number {
  return startLogit + endLogit;
}

/** Indices of the `count` highest values, highest first. */
function highest(values: ArrayLike<number>, count: number): number[] {
  return Array.from(values, (_, i) => i)
    .sort((a, b) => values[b]! - values[a]!)
    .slice(0, count);
}

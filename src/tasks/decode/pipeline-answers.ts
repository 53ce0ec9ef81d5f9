import type { AnswerWindow } from './answers.ts';
import { softmax } from './softmax.ts';

export interface PipelineAnswerOptions {
  /** Most answers given back. Default 1. */
  topK?: number | undefined;
  /** Most tokens of an answer. Default 15. */
  maxAnswerLength?: number | undefined;
  /** Whether no answer is among the answers, as an empty one. Default false. */
  handleImpossibleAnswer?: boolean | undefined;
  /** Widens answers to whole words. Default true. */
  alignToWords?: boolean | undefined;
}

/** An answer with the fields of transformers' pipeline. */
export interface PipelineAnswer {
  /** Probability of its start times that of its end, added up over the windows and tokens that give the same text. */
  score: number;
  /** UTF-16 indices into the context; 0 and 0: no answer. */
  start: number;
  end: number;
  /** `context.slice(start, end)`; empty: no answer. */
  answer: string;
}

interface ScoredSpan {
  start: number;
  end: number;
  score: number;
}

/**
 * The best answers to one question over all windows of its context, as the question-answering pipeline of transformers 4
 * finds them (`pipelines/question_answering.py`): in each window probabilities over [CLS] and the context; spans ranked by
 * the product of their start's and end's; answers that differ in case only are one. The score of no answer is the least
 * that a window gives [CLS].
 *
 * Best first; fewer than `topK` where the context has fewer. (The original then fills up with spans of probability 0.)
 * @param windows at least one
 */
export function pipelineAnswers(
  context: string,
  windows: readonly AnswerWindow[],
  { topK = 1, maxAnswerLength = 15, handleImpossibleAnswer = false, alignToWords = true }: PipelineAnswerOptions = {},
): PipelineAnswer[] {
  const answers = new Map<string, PipelineAnswer>();
  let leastNull = Number.POSITIVE_INFINITY;
  // Widening to words makes some spans the same.
  const perWindow = alignToWords ? topK * 2 + 10 : topK;
  for (const { window, startLogits, endLogits } of windows) {
    const starts = probabilities(startLogits, window.span);
    const ends = probabilities(endLogits, window.span);
    leastNull = Math.min(leastNull, starts.none * ends.none);
    for (const span of bestSpans(starts.context, ends.context, perWindow, maxAnswerLength)) {
      const [from, to] = [window.span[0] + span.start, window.span[0] + span.end];
      const start = window.offsets[alignToWords ? wordStart(window, from) : from]![0];
      const end = window.offsets[alignToWords ? wordEnd(window, to) : to]![1];
      const answer = context.slice(start, end);
      const known = answers.get(answer.toLowerCase());
      if (known !== undefined) known.score += span.score;
      else answers.set(answer.toLowerCase(), { score: span.score, start, end, answer });
    }
  }
  const ranked = [...answers.values()];
  if (handleImpossibleAnswer) ranked.push({ score: leastNull, start: 0, end: 0, answer: '' });
  return ranked.sort((a, b) => b.score - a.score).slice(0, topK);
}

/** Softmax over [CLS] and the tokens of the context. */
function probabilities(logits: ArrayLike<number>, [from, to]: readonly [number, number]) {
  const [none, ...context] = softmax([logits[0]!, ...Array.from({ length: to - from }, (_, i) => logits[from + i]!)]);
  return { none: none!, context };
}

/** The `count` likeliest spans of at most `maxLength` tokens, likeliest first; of equal ones the first in the text. */
function bestSpans(starts: number[], ends: number[], count: number, maxLength: number): ScoredSpan[] {
  const spans: ScoredSpan[] = [];
  starts.forEach((startProbability, start) => {
    for (let end = start; end < Math.min(start + maxLength, ends.length); end++) {
      spans.push({ start, end, score: startProbability * ends[end]! });
    }
  });
  return spans.sort((a, b) => b.score - a.score).slice(0, count);
}

/** The first token of the window that belongs to the same word of the context. */
function wordStart({ wordIds, span }: AnswerWindow['window'], position: number): number {
  let first = position;
  while (first > span[0] && wordIds[first - 1] === wordIds[position]) first--;
  return first;
}

/** The last token of the window that belongs to the same word of the context. */
function wordEnd({ wordIds, span }: AnswerWindow['window'], position: number): number {
  let last = position;
  while (last + 1 < span[1] && wordIds[last + 1] === wordIds[position]) last++;
  return last;
}

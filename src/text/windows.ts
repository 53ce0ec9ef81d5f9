import { UsageError } from '../errors.ts';
import type { AlignedEncoding } from './encoding.ts';

/** A part of an example, with the special tokens around it. The arrays have L entries. */
export interface Window extends Pick<AlignedEncoding, 'ids' | 'offsets' | 'wordIds' | 'sequenceIds'> {
  /** Where the tokens of the divided sequence stand in the window: from `start` up to, not including, `end`. */
  span: [start: number, end: number];
  /** Tokens of the divided sequence that come before those of the window. */
  before: number;
}

/** All windows of an example; one where the example is short enough. */
export interface WindowedExample {
  windows: Window[];
  /** Tokens that were cut off the sequence which every window repeats. */
  dropped: number;
}

export interface WindowOptions {
  /** Most tokens of a window, special tokens included. */
  maxLength: number;
  /** Tokens that neighbouring windows share. */
  stride: number;
}

export interface QuestionWindowOptions extends WindowOptions {
  /** Most tokens of the question; what is longer is cut off at its end. */
  maxQuestionLength: number;
}

/** What transformers' question-answering examples and pipeline use. */
export const questionWindowDefaults: Readonly<QuestionWindowOptions> = {
  maxLength: 384,
  stride: 128,
  maxQuestionLength: 64,
};

/**
 * Divides a sequence as Hugging Face's tokenizers do (`Encoding::truncate` in `tokenizer/encoding.rs`): ranges of `room`
 * tokens, each beginning `room - stride` after the one before, until one reaches the end; that one may be shorter.
 * @param length tokens of the sequence
 * @returns [start, end) of each window, at least one
 * @throws UsageError when the sequence has to be divided and `room` is not above `stride`
 */
export function windowsOf(length: number, room: number, stride: number): Array<[start: number, end: number]> {
  if (length <= room) return [[0, length]];
  if (!(stride >= 0 && room > stride)) {
    throw new UsageError(`windows with room for ${room} tokens of a text cannot overlap by ${stride}`, {
      fix: 'raise the maximum length, or lower the stride',
    });
  }
  const ranges: Array<[number, number]> = [];
  for (let start = 0; ; start += room - stride) {
    const end = Math.min(start + room, length);
    ranges.push([start, end]);
    if (end === length) return ranges;
  }
}

/**
 * The windows `[CLS] question [SEP] part of the context [SEP]`: for a question of at most `maxQuestionLength` tokens
 * what transformers gives for `tokenizer(question, context, truncation="only_second", max_length, stride,
 * return_overflowing_tokens=True)`.
 * @param pair question and context, encoded together in full
 * @throws UsageError when the question leaves no more room than `stride` and the context does not fit into it
 */
export function questionWindows(pair: AlignedEncoding, options: QuestionWindowOptions): WindowedExample {
  return divide(pair, 1, options.maxQuestionLength, options);
}

/**
 * The windows of a text, or of a pair: then the longer text is divided (on a tie the second), and each window repeats
 * the other, which is cut off at half of the room if it is longer than that.
 * @param encoding the text or pair, encoded in full
 * @throws UsageError when `stride` leaves no room (it always fits if it is below half of the room)
 */
export function textWindows(encoding: AlignedEncoding, options: WindowOptions): WindowedExample {
  const counts = [0, 0];
  for (const sequence of encoding.sequenceIds) if (sequence !== null) counts[sequence]!++;
  const special = encoding.ids.length - counts[0]! - counts[1]!;
  const half = Math.max(0, Math.floor((options.maxLength - special) / 2));
  return divide(encoding, counts[1]! > 0 && counts[1]! >= counts[0]! ? 1 : 0, half, options);
}

/** @param maxOther most tokens that are kept of the sequence which is not divided */
function divide(
  { ids, offsets, wordIds, sequenceIds }: AlignedEncoding,
  divided: 0 | 1,
  maxOther: number,
  { maxLength, stride }: WindowOptions,
): WindowedExample {
  const whole = sequenceIds.indexOf(divided);
  // Where the sequence has no tokens, its place is before the last special token.
  const from = whole >= 0 ? whole : ids.length - 1;
  const to = whole >= 0 ? sequenceIds.lastIndexOf(divided) + 1 : from;

  const lead: number[] = [];
  const trail: number[] = [];
  let others = 0;
  sequenceIds.forEach((sequence, position) => {
    if (position >= from && position < to) return;
    if (sequence !== null && ++others > maxOther) return;
    (position < from ? lead : trail).push(position);
  });

  const windows = windowsOf(to - from, maxLength - lead.length - trail.length, stride).map(([start, end]): Window => {
    const positions = [...lead];
    for (let token = start; token < end; token++) positions.push(from + token);
    positions.push(...trail);
    return {
      ids: Int32Array.from(positions, (position) => ids[position]!),
      offsets: positions.map((position) => [...offsets[position]!]),
      wordIds: positions.map((position) => wordIds[position]!),
      sequenceIds: positions.map((position) => sequenceIds[position]!),
      span: [lead.length, lead.length + end - start],
      before: start,
    };
  });
  return { windows, dropped: Math.max(0, others - maxOther) };
}

/** Part of a text in UTF-16 indices: `text.slice(start, end)`. */
export interface TextSpan {
  start: number;
  end: number;
}

/**
 * What a window of a context teaches about an answer: the positions of the first and the last token that share a
 * character with it, or 0 and 0, those of [CLS], when the answer is not wholly inside. As `prepare_train_features` of
 * transformers' examples (run_qa.py), but that one takes [SEP] for the start of an answer that begins with the
 * window's last token, and the word before for that of an answer that begins with a space.
 */
export function answerTarget({ offsets, span }: Pick<Window, 'offsets' | 'span'>, answer: TextSpan): TextSpan {
  let [start, end] = [span[0], span[1] - 1];
  const none = { start: 0, end: 0 };
  if (start > end || offsets[start]![0] > answer.start || offsets[end]![1] < answer.end) return none;
  while (start < end && offsets[start]![1] <= answer.start) start++;
  while (start < end && offsets[end]![0] >= answer.end) end--;
  const overlaps = offsets[start]![1] > answer.start && offsets[end]![0] < answer.end;
  return overlaps ? { start, end } : none;
}

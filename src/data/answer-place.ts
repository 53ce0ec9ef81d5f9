import { utf16Indices } from '../text/utf16-offsets.ts';
import { shorten } from './shorten.ts';

/** An answer as a file has it; `start` counts code points, as Python does. Absent: the file does not say. */
export interface RawAnswer {
  text: string;
  start?: number;
}

/** Where an answer stands: `context.slice(start, start + text.length)` is its text. */
export interface PlacedAnswer {
  answer: { text: string; start: number };
  /** How its place differs from what the file says. */
  note?: string;
}

/** How far from its place an answer is looked for where its text stands in the context more than once. */
const near = 20;
/**
 * Characters that are looked through for the answers to questions about one context, beyond their own places. A file that is
 * right needs none; one with a thousand answers out of place in a context of 100,000 characters needs this many.
 */
const searchedCharacters = 100_000_000;
/** What of an answer is looked for; the rest is compared. So a search takes a time that does not depend on the answer. */
const searchedBeginning = 32;

/** Finds answers in one context. */
export interface AnswerFinder {
  /** The answer in UTF-16 units; or why it is not in the context. */
  place(answer: RawAnswer): PlacedAnswer | string;
}

/**
 * Checks answers against their context. SQuAD's `answer_start` counts code points; where the text is not there, it is looked
 * for at the same number of UTF-16 units, then as the only such text nearby, then as the only one at all.
 */
export function answerFinder(context: string): AnswerFinder {
  const indices = utf16Indices(context);
  let left = searchedCharacters;
  /** The first places of a text in the context; null where no more may be looked through. */
  const placesOf = (text: string, most: number): number[] | null => {
    const places: number[] = [];
    const beginning = text.slice(0, searchedBeginning);
    let from = 0;
    while (places.length < most && left > 0) {
      const at = context.indexOf(beginning, from);
      left -= (at < 0 ? context.length : at) - from;
      if (at < 0) return places;
      if (text.length > searchedBeginning) left -= text.length;
      if (context.startsWith(text, at)) places.push(at);
      from = at + 1;
    }
    return places.length < most ? null : places;
  };
  return {
    place({ text, start }) {
      if (text.trim() === '') return 'an answer is empty';
      const shown = shorten(text);
      const isAt = (index: number | undefined) => index !== undefined && context.startsWith(text, index);
      if (start === undefined) {
        const all = placesOf(text, 2);
        if (all === null) return `its answer "${shown}" has no answer_start${unsought}`;
        if (all.length === 1) return { answer: { text, start: all[0]! } };
        return all.length === 0
          ? `its answer "${shown}" is not in the context`
          : `its answer "${shown}" stands in the context more than once: give its answer_start`;
      }
      const own = indices === undefined ? start : indices[start];
      if (start >= 0 && isAt(own)) return { answer: { text, start: own! } };
      if (start >= 0 && isAt(start)) {
        return {
          answer: { text, start },
          note: `answer_start ${start} of "${shown}" counts UTF-16 units, not code points`,
        };
      }
      const expected = own ?? start;
      const all = placesOf(text, 1000);
      if (all === null) return `its answer "${shown}" is not at ${start}${unsought}`;
      const nearby = all.filter((index) => Math.abs(index - expected) <= near);
      const found = nearby.length === 1 ? nearby[0] : all.length === 1 ? all[0] : undefined;
      if (found !== undefined) {
        const counted = indices === undefined ? found : indexOf(indices, found);
        return { answer: { text, start: found }, note: `"${shown}" stands at ${counted}, not at ${start}` };
      }
      if (all.length > 0) return `its answer "${shown}" is not at ${start}, and stands in the context more than once`;
      return `its answer "${shown}" is not in the context`;
    },
  };
}

const unsought = ', and is not looked for: too many answers about this context are out of place';

/** Where a number stands among ascending ones. */
function indexOf(ascending: Uint32Array, wanted: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

import { utf16Indices } from '../text/utf16-offsets.ts';

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
  return {
    place({ text, start }) {
      if (text.trim() === '') return 'an answer is empty';
      const shown = shorten(text);
      const isAt = (index: number | undefined) => index !== undefined && context.startsWith(text, index);
      if (start === undefined) {
        const all = placesOf(context, text, 2);
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
      const all = placesOf(context, text, 1000);
      const nearby = all.filter((index) => Math.abs(index - expected) <= near);
      const found = nearby.length === 1 ? nearby[0] : all.length === 1 ? all[0] : undefined;
      if (found !== undefined) {
        const counted = indices === undefined ? found : indices.indexOf(found);
        return { answer: { text, start: found }, note: `"${shown}" stands at ${counted}, not at ${start}` };
      }
      if (all.length > 0) return `its answer "${shown}" is not at ${start}, and stands in the context more than once`;
      return `its answer "${shown}" is not in the context`;
    },
  };
}

/** The first places of a text in another. */
function placesOf(context: string, text: string, most: number): number[] {
  const places: number[] = [];
  for (let at = context.indexOf(text); at >= 0 && places.length < most; at = context.indexOf(text, at + 1))
    places.push(at);
  return places;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

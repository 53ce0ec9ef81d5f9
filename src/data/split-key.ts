import { entitiesOf } from './tags.ts';
import { textKey } from './text-key.ts';
import type { Example, QuestionExample, TokenExample } from './types.ts';

/**
 * What `stratifiedSplit` is to keep on one side: copies of a text, copies of a sentence, and all questions about one
 * context. Equal for equal ones.
 */
export function splitKeyOf(example: Example | TokenExample | QuestionExample): number {
  if ('words' in example) return textKey(example.words.join(' '));
  return 'question' in example ? textKey(example.context) : textKey(example.text, example.pair);
}

/**
 * What an example counts for when a split is to have the same share of everything on each side: its label or labels, the
 * types of its entities (or its plain tags). Questions count for nothing: those about one context stay together.
 */
export function splitLabelsOf(example: Example | TokenExample | QuestionExample): string[] {
  if ('question' in example) return [];
  if (!('words' in example)) return example.labels ?? (example.label === undefined ? [] : [example.label]);
  const tags = example.tags ?? [];
  const entities = entitiesOf(tags);
  const found = entities.length > 0 ? entities.map(({ type }) => type) : tags.filter((tag) => tag !== 'O');
  return [...new Set(found)];
}

/**
 * One class per row for `stratifiedSplit`, of rows that have several labels or none: its rarest label, so that rare ones are
 * shared out first; 0 for a row without any. A simple form of iterative stratification (Sechidis et al., ECML 2011).
 * @param rows numbers of the labels of each row
 */
export function rarestLabels(rows: readonly (readonly number[])[]): Int32Array {
  const counts = new Map<number, number>();
  for (const labels of rows) for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Int32Array.from(rows, (labels) => {
    let rarest = -1;
    for (const label of labels) {
      if (
        rarest < 0 ||
        counts.get(label)! < counts.get(rarest)! ||
        (counts.get(label) === counts.get(rarest) && label < rarest)
      ) {
        rarest = label;
      }
    }
    return rarest + 1;
  });
}

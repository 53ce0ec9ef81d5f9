import type { Prediction } from '../../src/tasks/types.ts';
import type { Output } from '../context.ts';
import { alignRows, printable } from '../plain/table.ts';
import { likeliest } from './output.ts';

const shownByDefault = 3;

/** What was predicted of one text, as lines for a person. */
export function shownPrediction(
  prediction: Prediction,
  labels: readonly string[],
  { top, indent, colors }: { top: number | undefined; indent: number; colors: Output['colors'] },
): string[] {
  const named = (rows: [string, number][], isBold: (i: number) => boolean) =>
    rows.map(([label, value], i) => {
      const shown = printable(label);
      return [isBold(i) ? colors.bold(shown) : shown, value.toFixed(4)];
    });
  if ('value' in prediction) return [String(Number(prediction.value.toPrecision(6)))];
  if ('entities' in prediction) {
    if (prediction.entities.length === 0 && labels.some((label) => /^[BI]-/.test(label))) return ['no entities'];
    const rows =
      prediction.entities.length > 0
        ? prediction.entities.map(({ label, text, score, start, end }) => [
            colors.bold(printable(text)),
            printable(label),
            score.toFixed(4),
            `${start}-${end}`,
          ])
        : prediction.words.map((word, i) => [printable(word), prediction.tags[i]!]);
    return alignRows(rows, { indent });
  }
  if ('answer' in prediction) {
    const { answer, score } = prediction;
    return alignRows([[answer === '' ? 'no answer' : colors.bold(printable(answer)), score.toFixed(4)]], { indent });
  }
  if ('masks' in prediction) throw new TypeError('masks are shown by fill-mask');
  if ('labels' in prediction) {
    const applying = new Set(prediction.labels);
    const rows = likeliest(prediction, top ?? Math.max(shownByDefault, applying.size));
    return alignRows(
      named(rows, (i) => applying.has(rows[i]![0])),
      { indent },
    );
  }
  return alignRows(
    named(likeliest(prediction, top ?? shownByDefault), (i) => i === 0),
    { indent },
  );
}

import stringWidth from 'string-width';
import type { MaskFilling } from '../../../src/pipelines/fill-mask.ts';
import type { Answer, AnswerPrediction, LabelsPrediction, TokensPrediction } from '../../../src/tasks/types.ts';
import { shownProbability } from '../../plain/probability.ts';
import { printable } from '../../plain/table.ts';
import { bars } from '../plot/bars.ts';
import { cell, type Piece, row } from '../run/text.ts';
import type { Theme } from '../theme.ts';
import { type LabelStyle, labelStyles, legendPieces, markedRows } from './marked-text.ts';
import type { TriedInput, TriedResult } from './messages.ts';

/** What a model says of an input, as many rows as that takes. */
export function resultRows(
  input: TriedInput,
  result: TriedResult,
  labels: readonly string[],
  width: number,
  theme: Theme,
): string[] {
  if ('fillings' in result) return fillingRows(result.fillings, width, theme);
  if ('value' in result) return [row([['bold', String(Number(result.value.toPrecision(6)))]], width, theme)];
  if ('entities' in result) return entityRows(input.text, result, labels, width, theme);
  if ('answer' in result) return answerRows(input.second, result, width, theme);
  if ('labels' in result) return labelRows(result, width, theme);
  return probabilityRows(Object.entries(result.probabilities), width, theme);
}

const mostProbableFirst = (entries: readonly [string, number][]) => [...entries].sort((a, b) => b[1] - a[1]);

/** A bar a label, the most probable first. */
function probabilityRows(entries: readonly [string, number][], width: number, theme: Theme): string[] {
  const rows = mostProbableFirst(entries).map(([label, value], i) => ({
    label,
    value,
    text: shownProbability(value),
    role: i === 0 ? ('series1' as const) : ('dim' as const),
  }));
  return bars({ rows, width, max: 1, theme });
}

/** Labels that apply have a sign. */
function labelRows({ labels, probabilities }: LabelsPrediction, width: number, theme: Theme): string[] {
  const applying = new Set(labels);
  const sign = (label: string) => (applying.has(label) ? theme.glyphs.good : theme.glyphs.dot);
  const rows = mostProbableFirst(Object.entries(probabilities)).map(([label, value]) => ({
    label: `${sign(label)} ${label}`,
    value,
    text: shownProbability(value),
    role: applying.has(label) ? ('series3' as const) : ('dim' as const),
  }));
  const none = applying.size === 0 ? [row([['dim', 'no label applies']], width, theme)] : [];
  return [...none, ...bars({ rows, width, max: 1, theme })];
}

/** The text with its entities marked, the marks' meaning, then each entity; of tags that are no entities each word with its tag. */
function entityRows(
  text: string,
  { words, tags, entities }: TokensPrediction,
  labels: readonly string[],
  width: number,
  theme: Theme,
): string[] {
  if (entities.length === 0) {
    if (labels.some((label) => /^[BI]-/.test(label))) return [row([['dim', 'no entities']], width, theme)];
    const tagWidth = Math.min(16, Math.max(0, ...tags.map((tag) => tag.length)));
    return words.map((word, i) =>
      row([['accent', cell(tags[i]!, tagWidth, theme)], '  ', printable(word)], width, theme),
    );
  }
  const types = [...new Set(labels.map((label) => label.replace(/^[BIES]-/, '')).filter((label) => label !== 'O'))];
  const found = new Set(entities.map(({ label }) => label));
  // By all types there are, so that a type looks the same in every text.
  const styles = labelStyles([...types, ...[...found].filter((label) => !types.includes(label))], theme);
  const seen = new Map([...styles].filter(([label]) => found.has(label)));
  return [
    ...markedRows(text, entities, styles, width, theme),
    row([], width, theme),
    row(legendPieces(seen), width, theme),
    row([], width, theme),
    ...partRows(entities, styles, width, theme),
  ];
}

const answerLabel = 'answer';

/** The context with the answer marked, then the likeliest answers. */
function answerRows(context: string, { nBest, ...best }: AnswerPrediction, width: number, theme: Theme): string[] {
  const styles = labelStyles([answerLabel], theme);
  const spans = best.answer === '' ? [] : [{ start: best.start, end: best.end, label: answerLabel }];
  const isSame = (a: Answer, b: Answer) => a.start === b.start && a.end === b.end;
  const others = nBest.filter((answer) => !isSame(answer, best)).slice(0, 4);
  return [
    ...markedRows(context, spans, styles, width, theme),
    row([], width, theme),
    ...partRows(
      [best, ...others].map((answer, i) => ({
        ...answer,
        text: answer.answer,
        label: i === 0 ? answerLabel : `${i + 1}.`,
      })),
      styles,
      width,
      theme,
    ),
  ];
}

interface Part {
  label: string;
  text: string;
  start: number;
  end: number;
  score: number;
}

/** A part of the text a row: what it is, the text, its probability, its place. */
function partRows(
  parts: readonly Part[],
  styles: ReadonlyMap<string, LabelStyle>,
  width: number,
  theme: Theme,
): string[] {
  const labelWidth = Math.min(16, Math.max(...parts.map(({ label }) => label.length)));
  const shown = parts.map(({ text }) => (text === '' ? 'no answer' : printable(text)));
  const longest = Math.max(...shown.map((text) => stringWidth(text)));
  const textWidth = Math.max(4, Math.min(longest, width - labelWidth - 24));
  return parts.map(({ label, text, start, end, score }, i) => {
    const name: Piece = [styles.get(label)?.role ?? 'dim', cell(label, labelWidth, theme)];
    const place = text === '' ? '' : `${start}-${end}`;
    return row(
      [name, '  ', cell(shown[i]!, textWidth, theme), `  ${score.toFixed(4)}  `, ['dim', place]],
      width,
      theme,
    );
  });
}

/** Of each mask the likeliest words; with one mask the text that each makes. */
function fillingRows(fillings: readonly MaskFilling[][], width: number, theme: Theme): string[] {
  return fillings.flatMap((mask, i) => {
    const title = fillings.length === 1 ? [] : [row([['bold', `mask ${i + 1}`]], width, theme)];
    const barWidth = fillings.length === 1 ? Math.min(40, width) : width;
    const rows = mask.map(({ token_str: label, score }, rank) => ({
      label,
      value: score,
      text: shownProbability(score),
      role: rank === 0 ? ('series1' as const) : ('dim' as const),
    }));
    const drawn = bars({ rows, width: barWidth, max: 1, theme });
    const beside = width - barWidth - 2;
    if (fillings.length > 1 || beside < 12) return [...title, ...drawn];
    return drawn.map(
      (bar, rank) => `${bar}  ${row([['dim', cell(mask[rank]!.sequence, beside, theme)]], beside, theme)}`,
    );
  });
}

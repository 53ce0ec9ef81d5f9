import { shownProbability } from '../plain/probability.ts';
import { alignRows, plural, printable, shorten } from '../plain/table.ts';
import type { FillingsByGroup, LabelsByGroup } from './compare.ts';

const mostWords = 8;
const mostLabels = 12;

/** The template, then the fillings of each group side by side, then the words that differ most. */
export function fillingTables({ template, fillings, words }: FillingsByGroup, width: number): string[] {
  const side = alignRows(
    [
      fillings.flatMap(({ group }) => [printable(group), '']),
      ...fillings[0]!.fillings.map((_, rank) =>
        fillings.flatMap(({ fillings: own }) => [printable(own[rank]!.token_str), shownProbability(own[rank]!.score)]),
      ),
    ],
    { indent: 2 },
  );
  const align = ['left' as const, ...fillings.map(() => 'right' as const), 'right' as const];
  const differing = alignRows(
    [
      ['differs most', ...fillings.map(({ group }) => printable(group)), 'ratio'],
      ...words
        .slice(0, mostWords)
        .map(({ token_str, scores, ratio }) => [
          printable(token_str),
          ...scores.map(shownProbability),
          shownRatio(ratio),
        ]),
    ],
    { indent: 2, align },
  );
  return [shorten(template, width), ...side, '', ...differing];
}

/**
 * The template, then a row for each label: its score for each group and the difference to the groups' mean. Of many
 * labels those that differ most.
 */
export function labelTable({ template, groups, labels }: LabelsByGroup, width: number): string[] {
  const spread = ({ differences }: (typeof labels)[number]) => Math.max(...differences.map(Math.abs));
  const shown =
    labels.length <= mostLabels ? labels : labels.toSorted((a, b) => spread(b) - spread(a)).slice(0, mostLabels);
  const rows = shown.map(({ label, scores, mean, differences }) => [
    printable(label),
    ...scores.flatMap((score, g) => [score.toFixed(4), signed(differences[g]!)]),
    mean.toFixed(4),
  ]);
  const header = ['', ...groups.flatMap((group) => [printable(group), '']), 'mean'];
  const align = ['left' as const, ...groups.flatMap(() => ['right' as const, 'left' as const]), 'right' as const];
  const title = template === null ? 'Mean over the templates' : shorten(template, width);
  const more = labels.length - shown.length;
  return [
    title,
    ...alignRows([header, ...rows], { indent: 2, align }),
    ...(more > 0
      ? [`  and ${plural(more, 'label')} that ${more === 1 ? 'differs' : 'differ'} less (--json has all)`]
      : []),
  ];
}

/** What is rounded to nothing has no minus. */
const signed = (value: number) => `(${value <= -0.00005 ? '-' : '+'}${Math.abs(value).toFixed(4)})`;

function shownRatio(ratio: number): string {
  return `${ratio >= 100 ? Math.round(ratio).toLocaleString('en-US') : ratio.toFixed(1)}x`;
}

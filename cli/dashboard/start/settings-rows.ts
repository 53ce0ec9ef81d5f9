import stringWidth from 'string-width';
import { cell, type Piece, row, wrapped } from '../run/text.ts';
import type { Theme } from '../theme.ts';
import { firstShown } from './selection.ts';
import type { Item } from './settings.ts';
import { fieldPieces, type TextField } from './text-field.ts';

export interface SettingsView {
  items: readonly Item[];
  index: number;
  /** The value that is being typed; null: none is. */
  field: TextField | null;
  /** What is wrong with what was typed; null: nothing. */
  wrong: string | null;
  /** Rows of what else is wrong. */
  problem: readonly string[];
}

/** Rows of the settings that are seen at once. */
export const settingsPage = (height: number, problem: number): number =>
  Math.max(1, height - detailHeight(height) - problem);

/** Below the list: a rule, the meaning, where the value comes from. */
const detailHeight = (height: number): number => (height >= 16 ? 6 : height >= 10 ? 4 : 3);

export function settingsRows(view: SettingsView, width: number, height: number, theme: Theme): string[] {
  const { items, index, problem } = view;
  const page = settingsPage(height, problem.length);
  const from = firstShown(index, items.length, page);
  const keyWidth = Math.min(Math.max(...items.map(({ key }) => key.length)), Math.floor(width / 2) - 3);
  const valueWidth = width >= 76 ? 24 : width - keyWidth - 5;
  const shown = items.slice(from, from + page).map((item, i) => {
    const isChosen = from + i === index;
    const field = isChosen ? view.field : null;
    return itemRow(item, { isChosen, field, keyWidth, valueWidth, width }, theme);
  });
  const blank = row([], width, theme);
  while (shown.length < Math.min(page, items.length)) shown.push(blank);
  const item = items[index]!;
  return [...shown, ...detailRows(item, view, width, detailHeight(height), theme), ...problem];
}

interface ItemLayout {
  isChosen: boolean;
  field: TextField | null;
  keyWidth: number;
  valueWidth: number;
  width: number;
}

/** Mark, key, value, meaning. A changed value has a mark as well as its colour. */
function itemRow(item: Item, { isChosen, field, keyWidth, valueWidth, width }: ItemLayout, theme: Theme): string {
  const { key, value, isChanged, description } = item;
  const mark = `${isChosen ? '>' : ' '}${isChanged ? '*' : ' '}`;
  const name = cell(key, keyWidth, theme);
  const room = Math.max(1, valueWidth);
  if (field !== null) {
    const pieces = fieldPieces(field, room, theme);
    const used = pieces.reduce((sum, piece) => sum + stringWidth(typeof piece === 'string' ? piece : piece[1]), 0);
    const rest: Piece[] = [' '.repeat(Math.max(0, room - used)), '  ', ['dim', description]];
    return row([['bold', `${mark}${name} `], ...pieces, ...rest], width, theme);
  }
  const shown = cell(value, room, theme);
  if (isChosen) {
    const used = 2 + keyWidth + 1 + room + 2;
    const meaning = used < width ? cell(description, width - used, theme) : '';
    return row([['inverse', `${mark}${name} ${shown}  ${meaning}`]], width, theme);
  }
  return row([mark, name, ' ', [isChanged ? 'accent' : 'text', shown], '  ', ['dim', description]], width, theme);
}

function detailRows(item: Item, { field, wrong }: SettingsView, width: number, height: number, theme: Theme): string[] {
  const rule = row([['dim', (theme.charset === 'ascii' ? '-' : '─').repeat(width)]], width, theme);
  const { key, description, flag, origin, choices } = item;
  const source = origin === 'default' ? 'its default' : `from ${origin}`;
  const lines: (readonly Piece[])[] = wrapped(`${key}: ${description}`, width, height >= 6 ? 2 : 1, theme).map(
    (text) => [text],
  );
  lines.push([['dim', `${flag}   ${source}${choices.length === 0 ? '' : `   left/right: ${choices.join(', ')}`}`]]);
  if (wrong !== null) lines.push(...wrapped(wrong, width, 2, theme).map((text): Piece[] => [['bad', text]]));
  else if (field !== null) lines.push([['dim', 'return takes it, escape leaves it as it was']]);
  const rows = [rule, ...lines.map((pieces) => row(pieces, width, theme))];
  // What is wrong is never cut off.
  return wrong === null
    ? filledTo(rows, width, height, theme)
    : filledTo([rule, ...rows.slice(-(height - 1))], width, height, theme);
}

function filledTo(rows: readonly string[], width: number, height: number, theme: Theme): string[] {
  return Array.from({ length: height }, (_, i) => rows[i] ?? row([], width, theme));
}

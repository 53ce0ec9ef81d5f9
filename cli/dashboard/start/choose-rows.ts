import stringWidth from 'string-width';
import { shortBytes } from '../run/figures.ts';
import { cut, type Piece, row } from '../run/text.ts';
import type { Theme } from '../theme.ts';
import type { Entry, Listing } from './files.ts';
import { firstShown } from './selection.ts';
import { fieldPieces, type TextField } from './text-field.ts';

/** What can be chosen of a folder: the folder itself, the one it lies in, what it has. */
export type Choice = { kind: 'whole'; sides: NonNullable<Listing['sides']> } | { kind: 'parent' } | Entry;

export interface ChooseView {
  field: TextField;
  /** Where the names lie, as a person would name it. */
  folder: string;
  /** null: it is being read. */
  choices: readonly Choice[] | null;
  index: number;
  /** Rows of what is wrong. */
  problem: readonly string[];
}

/** Rows of the choices that are seen at once. */
export const choicePage = (height: number, problem: number): number => Math.max(1, height - 3 - problem);

export function chooseRows(view: ChooseView, width: number, height: number, theme: Theme): string[] {
  const { field, folder, choices, index, problem } = view;
  const page = choicePage(height, problem.length);
  const label = 'file  ';
  const head = [
    row([['accent', label], ...fieldPieces(field, width - label.length - 1, theme)], width, theme),
    row([['dim', `in    ${cut(folder, width - 6, theme)}`]], width, theme),
    row([], width, theme),
  ];
  if (choices === null) return [...head, row([['dim', 'reading the folder']], width, theme), ...problem];
  if (choices.length === 0) {
    return [...head, row([['dim', 'no name here has that in it']], width, theme), ...problem];
  }
  const from = firstShown(index, choices.length, page);
  const shown = choices.slice(from, from + page);
  return [...head, ...shown.map((choice, i) => choiceRow(choice, from + i === index, width, theme)), ...problem];
}

function choiceRow(choice: Choice, isChosen: boolean, width: number, theme: Theme): string {
  const size = choice.kind === 'file' && choice.size !== null ? fileSize(choice.size) : '';
  const text = `${isChosen ? '>' : ' '} ${cut(nameOf(choice), width - 11, theme)}`;
  const sizeText = size.padStart(8);
  if (isChosen)
    return row(
      [
        ['inverse', padded(text, width - 9)],
        ['inverse', `${sizeText} `],
      ],
      width,
      theme,
    );
  const role = choice.kind === 'file' ? (choice.isLikely ? 'text' : 'dim') : 'accent';
  const pieces: Piece[] = [
    [role, padded(text, width - 9)],
    ['dim', `${sizeText} `],
  ];
  return row(pieces, width, theme);
}

function nameOf(choice: Choice): string {
  if (choice.kind === 'parent') return '../';
  if (choice.kind !== 'whole') return choice.kind === 'folder' ? `${choice.name}/` : choice.name;
  const { validation, test } = choice.sides;
  const sides = ['train', ...(validation === null ? [] : ['validation']), ...(test === null ? [] : ['test'])];
  return `./ this folder: its ${sides.join(', ')} ${sides.length === 1 ? 'file' : 'files'}`;
}

/** `812 B`, `4 K`, `1.2G`: whole kibibytes below a mebibyte. */
export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  return bytes < 2 ** 20 ? `${Math.round(bytes / 1024)}K` : shortBytes(bytes);
}

const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - stringWidth(text)));

import { describeError } from '../../report-error.ts';
import { type Piece, row, wrapped } from '../run/text.ts';
import type { Theme } from '../theme.ts';

/** What went wrong, where, and what to do, as the command line says it. The message of several settings has a line for each. */
export function problemRows(error: unknown, width: number, theme: Theme): string[] {
  const { message, where, fix } = describeError(error);
  const lines = (first: Piece, text: string) =>
    wrapped(text, width - 7, 4, theme).map((part, i) => row([i === 0 ? first : '       ', part], width, theme));
  return [
    ...message.split('\n').flatMap((line, i) => lines(i === 0 ? ['bad', 'error: '] : '       ', line)),
    ...(where === null ? [] : lines(['dim', '   in: '], where)),
    ...(fix === null ? [] : lines(['dim', '   do: '], fix)),
  ];
}

import { type Charset, createTheme, type Theme } from '../../cli/dashboard/theme.ts';

export const charsets: readonly Charset[] = ['braille', 'block', 'ascii'];

const plain = (charset: Charset): Theme => createTheme({ colors: false, charset });
export const braille = plain('braille');
export const block = plain('block');
export const ascii = plain('ascii');

/** Rows as a picture, between signs, so that blanks show. */
export const picture = (rows: readonly string[]): string => `\n${rows.map((row) => `«${row}»`).join('\n')}\n`;

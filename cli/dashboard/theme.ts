import { createContext, useContext } from 'react';
import { type Charset, type Glyphs, glyphsOf } from './glyphs.ts';

export type { Charset } from './glyphs.ts';

export type Role =
  | 'text'
  | 'dim'
  | 'good'
  | 'warn'
  | 'bad'
  | 'accent'
  | 'series1'
  | 'series2'
  | 'series3'
  | 'series4'
  | 'series5'
  | 'series6'
  | 'series7';

/** How screens look: characters and colours. Colour never tells alone; without colours nothing writes an escape code. */
export interface Theme {
  charset: Charset;
  colors: boolean;
  glyphs: Glyphs;
  paint(role: Role, text: string): string;
  bold(text: string): string;
  /** Without colours the text as it is: mark what is chosen with a sign as well. */
  inverse(text: string): string;
}

/** Bits of a colour, as `getColorDepth()` of Node counts: 16 colours, 256, or 24 bits. */
export type ColorDepth = 4 | 8 | 24;

export interface ThemeOptions {
  colors: boolean;
  charset: Charset;
  /** 8 unless given: nearly every terminal has 256 colours, and they look the same in all of them. */
  colorDepth?: ColorDepth;
}

/** SGR parameters of a colour at each depth. */
type Color = Readonly<Record<ColorDepth, string>>;

/**
 * The colours of Okabe and Ito, which people with any kind of colour vision tell apart (Okabe & Ito 2008, "Color Universal
 * Design"), the nearest of the 256 colours, and what comes close of the 16. The blue of the 256 is a step lighter than the
 * nearest: most terminals are dark.
 */
const skyBlue: Color = { 24: '38;2;86;180;233', 8: '38;5;74', 4: '96' };
const orange: Color = { 24: '38;2;230;159;0', 8: '38;5;178', 4: '33' };
const bluishGreen: Color = { 24: '38;2;0;158;115', 8: '38;5;36', 4: '32' };
const reddishPurple: Color = { 24: '38;2;204;121;167', 8: '38;5;175', 4: '35' };
const yellow: Color = { 24: '38;2;240;228;66', 8: '38;5;221', 4: '93' };
const vermillion: Color = { 24: '38;2;213;94;0', 8: '38;5;166', 4: '31' };
const blue: Color = { 24: '38;2;0;114;178', 8: '38;5;32', 4: '94' };
/** Read on dark and on light. */
const grey: Color = { 24: '38;2;138;138;138', 8: '38;5;245', 4: '90' };

const colorOf: Readonly<Record<Exclude<Role, 'text'>, Color>> = {
  dim: grey,
  good: bluishGreen,
  warn: orange,
  bad: vermillion,
  accent: skyBlue,
  series1: skyBlue,
  series2: orange,
  series3: bluishGreen,
  series4: reddishPurple,
  series5: yellow,
  series6: vermillion,
  series7: blue,
};

export function createTheme({ colors, charset, colorDepth = 8 }: ThemeOptions): Theme {
  const styled = (code: string, end: string, text: string) =>
    colors && text !== '' ? `\x1b[${code}m${text}\x1b[${end}m` : text;
  return {
    charset,
    colors,
    glyphs: glyphsOf[charset],
    paint: (role, text) => (role === 'text' ? text : styled(colorOf[role][colorDepth], '39', text)),
    bold: (text) => styled('1', '22', text),
    inverse: (text) => styled('7', '27', text),
  };
}

export const ThemeContext = createContext<Theme>(createTheme({ colors: false, charset: 'ascii' }));

export const useTheme = (): Theme => useContext(ThemeContext);

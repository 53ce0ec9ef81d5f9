import { createContext, useContext } from 'react';

/** What plots are drawn with: dots of braille, quarter blocks, or plain ASCII. */
export type Charset = 'braille' | 'block' | 'ascii';

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

export interface Glyphs {
  /** A bar, from empty to full. */
  bar: readonly string[];
  /** Lines of axes: vertical, a tick at it, the corner, horizontal, a tick on it. */
  axis: { side: string; tick: string; corner: string; floor: string; mark: string };
  /** Samples of line styles in a legend. */
  line: { solid: string; faint: string; dashed: string };
  /** From none to much, one cell each. */
  shades: readonly string[];
  spinner: readonly string[];
}

const unicodeGlyphs: Glyphs = {
  bar: [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
  axis: { side: '│', tick: '┤', corner: '└', floor: '─', mark: '┴' },
  line: { solid: '━', faint: '┄', dashed: '╌' },
  shades: [' ', '░', '▒', '▓', '█'],
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
};

const asciiGlyphs: Glyphs = {
  bar: [' ', '#'],
  axis: { side: '|', tick: '+', corner: '+', floor: '-', mark: '+' },
  line: { solid: '*', faint: '.', dashed: '-' },
  shades: [' ', '.', ':', '-', '=', '+', '*', '#', '%', '@'],
  spinner: ['|', '/', '-', '\\'],
};

/**
 * The colours of Okabe and Ito, which people with any kind of colour vision tell apart (Okabe & Ito 2008, "Color Universal
 * Design"), as the nearest of the 256 colours that terminals have, and of the 16. Their blue is a step lighter here:
 * most terminals are dark.
 */
const okabeIto: Record<Exclude<Role, 'text' | 'dim'>, { of256: number; of16: number }> = {
  good: { of256: 36, of16: 32 },
  warn: { of256: 178, of16: 33 },
  bad: { of256: 166, of16: 31 },
  accent: { of256: 74, of16: 96 },
  series1: { of256: 74, of16: 96 },
  series2: { of256: 178, of16: 33 },
  series3: { of256: 36, of16: 32 },
  series4: { of256: 175, of16: 35 },
  series5: { of256: 221, of16: 93 },
  series6: { of256: 166, of16: 31 },
  series7: { of256: 32, of16: 94 },
};

export interface ThemeOptions {
  colors: boolean;
  charset: Charset;
  /** The terminal has 16 colours only, as the Linux console. */
  only16?: boolean;
}

export function createTheme({ colors, charset, only16 = false }: ThemeOptions): Theme {
  const styled = (code: string, end: string) => (text: string) =>
    colors && text !== '' ? `\x1b[${code}m${text}\x1b[${end}m` : text;
  const dim = styled('2', '22');
  return {
    charset,
    colors,
    glyphs: charset === 'ascii' ? asciiGlyphs : unicodeGlyphs,
    paint(role, text) {
      if (role === 'text') return text;
      if (role === 'dim') return dim(text);
      const { of256, of16 } = okabeIto[role];
      return styled(only16 ? String(of16) : `38;5;${of256}`, '39')(text);
    },
    bold: styled('1', '22'),
    inverse: styled('7', '27'),
  };
}

export const ThemeContext = createContext<Theme>(createTheme({ colors: false, charset: 'ascii' }));

export const useTheme = (): Theme => useContext(ThemeContext);

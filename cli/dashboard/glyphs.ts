/** What plots are drawn with: dots of braille, half blocks, or plain ASCII. */
export type Charset = 'braille' | 'block' | 'ascii';

/** Signs of one character set. Each takes one cell, unless it says otherwise. */
export interface Glyphs {
  best: string;
  evaluation: string;
  checkpoint: string;
  running: string;
  paused: string;
  busy: string;
  good: string;
  bad: string;
  warning: string;
  /** Before the items of a list, and a point of a plot that stands alone. */
  bullet: string;
  /** A point that stands for many, and one that stands for few. */
  many: string;
  few: string;
  /** Between things on one line. */
  dot: string;
  /** Where a text was cut off. */
  cut: string;
  /** Before what is chosen. */
  selected: string;
  arrow: { left: string; right: string; up: string; down: string };
  /** A bar's cell, from empty to full. */
  bar: readonly string[];
  /** What a bar has not reached. */
  rest: string;
  /** Lines of axes: vertical, a tick at it, the corner, horizontal. */
  axis: { side: string; tick: string; corner: string; floor: string };
  /** Lines of frames and tables; `left`, `right`, `top`, `bottom` are where another line leaves that side. */
  box: {
    horizontal: string;
    vertical: string;
    topLeft: string;
    topRight: string;
    bottomLeft: string;
    bottomRight: string;
    left: string;
    right: string;
    top: string;
    bottom: string;
    cross: string;
  };
  /** A line from top to bottom of a plot. */
  rule: string;
  /** Two cells of a line of a plot, for a legend; they can be repeated. */
  line: { solid: string; dashed: string; dotted: string; faint: string };
  /** From none to much. */
  shades: readonly string[];
  /** From low to high. */
  sparks: readonly string[];
  spinner: readonly string[];
}

const box: Glyphs['box'] = {
  horizontal: '─',
  vertical: '│',
  topLeft: '┌',
  topRight: '┐',
  bottomLeft: '└',
  bottomRight: '┘',
  left: '├',
  right: '┤',
  top: '┬',
  bottom: '┴',
  cross: '┼',
};
const axis: Glyphs['axis'] = { side: '│', tick: '┤', corner: '└', floor: '─' };

const braille: Glyphs = {
  best: '◆',
  evaluation: '◇',
  checkpoint: '▲',
  running: '●',
  paused: '‖',
  busy: '◌',
  good: '✓',
  bad: '✗',
  warning: '!',
  bullet: '•',
  many: '●',
  few: '○',
  dot: '·',
  cut: '…',
  selected: '❯',
  arrow: { left: '←', right: '→', up: '↑', down: '↓' },
  bar: [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
  rest: '░',
  axis,
  box,
  rule: '┊',
  line: { solid: '⠤⠤', dashed: '⠤⠄', dotted: '⠄⠄', faint: '⢕⢕' },
  shades: [' ', '·', '░', '▒', '▓', '█'],
  sparks: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
};

/** Only what the fonts of consoles have: the characters of code page 437. */
const block: Glyphs = {
  best: '♦',
  evaluation: '○',
  checkpoint: '▲',
  running: '•',
  paused: '║',
  busy: '○',
  good: '√',
  bad: 'x',
  warning: '!',
  bullet: '•',
  many: '♦',
  few: '○',
  dot: '·',
  cut: '~',
  selected: '►',
  arrow: { left: '←', right: '→', up: '↑', down: '↓' },
  bar: [' ', '▌', '█'],
  rest: '░',
  axis,
  box,
  rule: '│',
  line: { solid: '▄▄', dashed: '▄ ', dotted: '. ', faint: '░░' },
  shades: [' ', '·', '░', '▒', '▓', '█'],
  sparks: ['_', '▄', '█'],
  spinner: ['│', '/', '─', '\\'],
};

const ascii: Glyphs = {
  best: '*',
  evaluation: 'o',
  checkpoint: '^',
  running: '*',
  paused: '=',
  busy: 'o',
  good: '+',
  bad: 'x',
  warning: '!',
  bullet: 'o',
  many: '@',
  few: 'o',
  dot: '-',
  cut: '~',
  selected: '>',
  arrow: { left: '<', right: '>', up: '^', down: 'v' },
  bar: [' ', '#'],
  rest: '.',
  axis: { side: '|', tick: '+', corner: '+', floor: '-' },
  box: {
    horizontal: '-',
    vertical: '|',
    topLeft: '+',
    topRight: '+',
    bottomLeft: '+',
    bottomRight: '+',
    left: '+',
    right: '+',
    top: '+',
    bottom: '+',
    cross: '+',
  },
  rule: '|',
  line: { solid: '--', dashed: '- ', dotted: '. ', faint: '::' },
  shades: [' ', '.', ':', '-', '=', '+', '*', '#', '%', '@'],
  sparks: ['_', '.', '-', '=', '*', '#'],
  spinner: ['|', '/', '-', '\\'],
};

export const glyphsOf: Readonly<Record<Charset, Glyphs>> = { braille, block, ascii };

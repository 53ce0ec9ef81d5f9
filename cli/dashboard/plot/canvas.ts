import type { Charset, Role, Theme } from '../theme.ts';

/** Dots of a cell: columns and rows. */
const dotsOf: Record<Charset, readonly [columns: number, rows: number]> = {
  braille: [2, 4],
  block: [2, 2],
  ascii: [1, 3],
};

/** Bits of braille's dots, by row and column (Unicode, "Braille Patterns"). */
const brailleBits = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
const quarterBlocks = ' ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█';
/** By which of the three heights of a cell are taken. */
const asciiMarks = ' \'-".:-|';

/**
 * A grid of dots that becomes rows of characters. A cell has one colour: that of what was drawn in it last. Dots outside are
 * left out.
 */
export interface Canvas {
  /** Dots across and down; (0, 0) is at the top left. */
  readonly columns: number;
  readonly rows: number;
  dot(x: number, y: number, role: Role): void;
  /** Puts a character into the cell of a dot, over whatever is there. */
  glyph(x: number, y: number, text: string, role: Role): void;
  /** One string a row, each as wide as the canvas. */
  toRows(theme: Theme): string[];
}

/** @param width cells, @param height cells */
export function createCanvas(width: number, height: number, charset: Charset): Canvas {
  const [across, down] = dotsOf[charset];
  const bits = new Uint8Array(width * height);
  const roles: (Role | undefined)[] = new Array(width * height);
  const glyphs = new Map<number, string>();
  const cellOf = (x: number, y: number) => Math.floor(y / down) * width + Math.floor(x / across);
  const isInside = (x: number, y: number) => x >= 0 && y >= 0 && x < width * across && y < height * down;
  const character = (cell: number) => {
    const value = bits[cell]!;
    if (charset === 'braille') return value === 0 ? ' ' : String.fromCharCode(0x2800 + value);
    return (charset === 'block' ? quarterBlocks : asciiMarks)[value]!;
  };
  return {
    columns: width * across,
    rows: height * down,
    dot(x, y, role) {
      if (!isInside(x, y)) return;
      const cell = cellOf(x, y);
      const place = (y % down) * across + (x % across);
      bits[cell]! |= charset === 'braille' ? brailleBits[place]! : 1 << place;
      roles[cell] = role;
    },
    glyph(x, y, text, role) {
      if (!isInside(x, y)) return;
      const cell = cellOf(x, y);
      glyphs.set(cell, text);
      roles[cell] = role;
    },
    toRows(theme) {
      return Array.from({ length: height }, (_, row) => {
        let line = '';
        let run = '';
        let role: Role | undefined;
        // Neighbours of one colour share their escape codes.
        const flush = () => {
          line += role === undefined ? run : theme.paint(role, run);
          run = '';
        };
        for (let cell = row * width; cell < (row + 1) * width; cell++) {
          if (roles[cell] !== role) {
            flush();
            role = roles[cell];
          }
          run += glyphs.get(cell) ?? character(cell);
        }
        flush();
        return line;
      });
    },
  };
}

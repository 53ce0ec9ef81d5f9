import type { Charset } from '../glyphs.ts';
import type { Role, Theme } from '../theme.ts';

/** Dots of a cell: columns and rows. */
const dotsOf: Record<Charset, readonly [columns: number, rows: number]> = {
  braille: [2, 4],
  block: [1, 2],
  ascii: [1, 3],
};

/** Bits of braille's dots, by row and column (Unicode, "Braille Patterns"). */
const brailleBits = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
/** By which halves of a cell are taken, and by which of three heights. */
const blockCells = [' ', '▀', '▄', '█'];
const asciiCells = [' ', "'", '-', "'", '.', '|', ',', '|'];
/** A cell of an area where there are too few dots in a cell to scatter them. */
const shadeCells = { block: '░', ascii: ':' };

export interface Dot {
  x: number;
  y: number;
}

/**
 * A grid of dots that becomes rows of characters. Areas lie behind lines, characters in front of both. A cell has one colour:
 * that of what was drawn last of what it shows. What lies outside is left out.
 */
export interface Canvas {
  /** Cells. */
  readonly width: number;
  readonly height: number;
  /** Dots across and down; (0, 0) is at the top left. */
  readonly columns: number;
  readonly rows: number;
  dot(at: Dot, role: Role): void;
  /** A straight line, of those dots whose column `isDrawn` takes. */
  line(from: Dot, to: Dot, role: Role, isDrawn?: (column: number) => boolean): void;
  /** An area from one row of dots to another, of a column: scattered dots, that a line is told from without colour. */
  shade(column: number, fromRow: number, toRow: number, role: Role): void;
  /** A character of one cell, into the cell of a dot; `behind`: where no line is. */
  glyph(at: Dot, text: string, role: Role, layer?: 'front' | 'behind'): void;
  /** One styled string a row, each as wide as the canvas. */
  toRows(): string[];
}

/** What one cell shows. */
interface Cell {
  text: string;
  role: Role;
}

/** @param width cells, @param height cells */
export function createCanvas(width: number, height: number, theme: Theme): Canvas {
  const { charset } = theme;
  const [across, down] = dotsOf[charset];
  const [columns, rows] = [width * across, height * down];
  const layer = () => ({ bits: new Uint8Array(width * height), roles: new Array<Role>(width * height).fill('text') });
  const areas = layer();
  const lines = layer();
  const glyphs = { front: new Map<number, Cell>(), behind: new Map<number, Cell>() };
  const cellOf = ({ x, y }: Dot) => Math.floor(y / down) * width + Math.floor(x / across);
  const isInside = ({ x, y }: Dot) => x >= 0 && y >= 0 && x < columns && y < rows;
  const set = ({ bits, roles }: typeof areas, at: Dot, role: Role) => {
    const cell = cellOf(at);
    const place = (at.y % down) * across + (at.x % across);
    bits[cell]! |= charset === 'braille' ? brailleBits[place]! : 1 << place;
    roles[cell] = role;
  };
  const cellAt = (cell: number): Cell => {
    const line = lines.bits[cell]!;
    const glyph = glyphs.front.get(cell) ?? (line === 0 ? glyphs.behind.get(cell) : undefined);
    if (glyph !== undefined) return glyph;
    const area = areas.bits[cell]!;
    if (line === 0 && area === 0) return blank;
    if (charset === 'braille') {
      const text = String.fromCharCode(0x2800 + (line || area));
      return { text, role: (line === 0 ? areas : lines).roles[cell]! };
    }
    if (line === 0) return { text: shadeCells[charset], role: areas.roles[cell]! };
    return { text: (charset === 'block' ? blockCells : asciiCells)[line]!, role: lines.roles[cell]! };
  };
  return {
    width,
    height,
    columns,
    rows,
    dot(at, role) {
      const dot = { x: Math.round(at.x), y: Math.round(at.y) };
      if (isInside(dot)) set(lines, dot, role);
    },
    line(from, to, role, isDrawn = () => true) {
      const visible = clipped(from, to, columns, rows);
      if (visible === null) return;
      const [a, b] = visible;
      const steps = Math.max(1, Math.abs(b.x - a.x), Math.abs(b.y - a.y));
      for (let i = 0; i <= steps; i++) {
        const x = Math.round(a.x + ((b.x - a.x) * i) / steps);
        const y = Math.round(a.y + ((b.y - a.y) * i) / steps);
        if (isDrawn(x)) set(lines, { x, y }, role);
      }
    },
    shade(x, fromRow, toRow, role) {
      const top = Math.max(0, Math.round(Math.min(fromRow, toRow)));
      const bottom = Math.min(rows - 1, Math.round(Math.max(fromRow, toRow)));
      for (let y = top; y <= bottom; y++) {
        if (isInside({ x, y }) && (charset !== 'braille' || (x + y) % 2 === 0)) set(areas, { x, y }, role);
      }
    },
    glyph(at, text, role, layer = 'front') {
      const dot = { x: Math.round(at.x), y: Math.round(at.y) };
      if (isInside(dot)) glyphs[layer].set(cellOf(dot), { text, role });
    },
    toRows() {
      return Array.from({ length: height }, (_, row) => {
        let result = '';
        let run = '';
        let role: Role = 'text';
        // Neighbours of one colour share their escape codes.
        for (let cell = row * width; cell < (row + 1) * width; cell++) {
          const next = cellAt(cell);
          if (next.role !== role) {
            result += theme.paint(role, run);
            run = '';
            role = next.role;
          }
          run += next.text;
        }
        return result + theme.paint(role, run);
      });
    },
  };
}

const blank: Cell = { text: ' ', role: 'text' };

/** The part of a line within the grid, its ends at whole dots (Liang & Barsky 1984); null where there is none. */
function clipped(from: Dot, to: Dot, columns: number, rows: number): [Dot, Dot] | null {
  let [enter, leave] = [0, 1];
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  for (const [change, start, size] of [
    [dx, from.x, columns],
    [dy, from.y, rows],
  ] as const) {
    const [low, high] = [-0.49 - start, size - 0.51 - start];
    if (change === 0) {
      if (low > 0 || high < 0) return null;
    } else {
      enter = Math.max(enter, Math.min(low / change, high / change));
      leave = Math.min(leave, Math.max(low / change, high / change));
    }
  }
  // Also where a coordinate is no number.
  if (!(enter <= leave) || !Number.isFinite(dx) || !Number.isFinite(dy)) return null;
  const at = (share: number): Dot => ({
    x: within(from.x + share * dx, columns),
    y: within(from.y + share * dy, rows),
  });
  return [at(enter), at(leave)];
}

const within = (value: number, size: number) => Math.max(0, Math.min(size - 1, Math.round(value)));

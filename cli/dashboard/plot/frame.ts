import stringWidth from 'string-width';
import type { Role, Theme } from '../theme.ts';
import { digitsOf, place, type Range, rangeOf, type Scale, shortNumber, ticks } from './axis.ts';
import { type Canvas, createCanvas } from './canvas.ts';

export interface FrameOptions {
  /** Cells. */
  width: number;
  height: number;
  theme: Theme;
  x: Range;
  y: Range;
  yScale: Scale;
  /** Labels of the axes. Equal ones are shown once. */
  formatX?: (value: number) => string;
  formatY?: (value: number) => string;
}

/** A canvas with an axis to its left and one below. */
export interface Frame {
  canvas: Canvas;
  /** Dots of a value, not rounded; outside of the canvas for one outside of the range. */
  column(x: number): number;
  row(y: number): number;
  /** A character on the lower axis, or where a label stands above it. */
  foot(x: number, text: string, role: Role): void;
  /** `height` styled rows of `width` cells. */
  toRows(): string[];
}

const leastWidth = 16;
const leastHeight = 4;

/** Width and height are whole numbers from 1 on; below 16 x 4 there are no axes. */
export function createFrame(options: FrameOptions): Frame {
  const { width, height, theme, yScale } = options;
  const x = rangeOf([options.x.min, options.x.max], 'linear');
  const y = rangeOf([options.y.min, options.y.max], yScale);
  const hasAxes = width >= leastWidth && height >= leastHeight;
  const rows = hasAxes ? height - 1 : height;
  const labels = hasAxes ? sideLabels(y, rows, Math.floor(width / 3), options) : [];
  const side = Math.max(0, ...labels.map((label) => stringWidth(label)));
  const canvas = createCanvas(hasAxes ? width - side - 1 : width, rows, theme);
  const floor = hasAxes ? floorOf(x, canvas.width, options) : null;
  const column = (value: number) => place(value, x, 'linear') * (canvas.columns - 1);
  const row = (value: number) => (1 - place(value, y, yScale)) * (canvas.rows - 1);
  const { axis } = theme.glyphs;
  return {
    canvas,
    column,
    row,
    foot(at, text, role) {
      const dot = Math.round(column(at));
      if (!(dot >= 0 && dot < canvas.columns)) return;
      const cell = Math.floor((dot / canvas.columns) * canvas.width);
      if (floor === null || floor[cell]!.isLabel) canvas.glyph({ x: dot, y: canvas.rows - 1 }, text, role);
      else floor[cell] = { text: theme.paint(role, text), isLabel: false };
    },
    toRows() {
      const body = canvas.toRows();
      if (floor === null) return body;
      const sides = labels.map((label) => {
        const blanks = ' '.repeat(side - stringWidth(label));
        return theme.paint('dim', `${blanks}${label}${label === '' ? axis.side : axis.tick}`);
      });
      const corner = theme.paint('dim', ' '.repeat(side) + axis.corner);
      const line = floor.map(({ text }) => (text.startsWith('\x1b') ? text : theme.paint('dim', text)));
      return [...body.map((cells, i) => sides[i]! + cells), corner + line.join('')];
    },
  };
}

/** Labels of the plot's rows, '' for none: of both ends, and of round values between them where there is room. */
function sideLabels(y: Range, rows: number, most: number, { yScale, formatY }: FrameOptions): string[] {
  const digits = digitsOf(y);
  const format = formatY ?? ((value: number) => shortNumber(value, digits));
  const labels = new Array<string>(rows).fill('');
  const put = (row: number, value: number) => {
    const label = format(value);
    if (stringWidth(label) <= most && !labels.includes(label)) labels[row] = label;
  };
  put(0, y.max);
  put(rows - 1, y.min);
  for (const value of ticks(y, Math.floor(rows / 3), yScale)) {
    const row = Math.round((1 - place(value, y, yScale)) * (rows - 1));
    const isFree = [row - 1, row, row + 1].every((near) => !labels[near]);
    if (isFree && row > 0 && row < rows - 1) put(row, value);
  }
  return labels;
}

/** The lower axis with labels in it: of both ends, and of round values between them where there is room. */
function floorOf(x: Range, width: number, { theme, formatX }: FrameOptions): { text: string; isLabel: boolean }[] {
  const digits = digitsOf(x);
  const format = formatX ?? ((value: number) => shortNumber(value, digits));
  const cells = Array.from({ length: width }, () => ({ text: theme.glyphs.axis.floor, isLabel: false }));
  const shown = new Set<string>();
  const put = (label: string, start: number) => {
    const end = start + label.length;
    const isFree =
      start >= 0 && end <= width && cells.slice(Math.max(0, start - 1), end + 1).every((cell) => !cell.isLabel);
    if (!isFree || shown.has(label) || stringWidth(label) !== label.length) return;
    shown.add(label);
    for (let i = 0; i < label.length; i++) cells[start + i] = { text: label[i]!, isLabel: true };
  };
  put(format(x.min), 0);
  const last = format(x.max);
  put(last, width - last.length);
  for (const value of ticks(x, Math.floor(width / 12))) {
    const label = format(value);
    put(label, Math.round(place(value, x, 'linear') * (width - 1) - (label.length - 1) / 2));
  }
  return cells;
}

import xterm from '@xterm/headless';

/** A cell as a terminal shows it; its text is '' where a wide character to the left covers it. */
export interface ShownCell {
  text: string;
  style: string;
}

/** A terminal that is not there: takes bytes, tells what it shows. */
export interface TerminalScreen {
  write(bytes: string): Promise<void>;
  resize(size: { columns: number; rows: number }): void;
  /** Rows as plain text; none ends in blanks. */
  lines(): string[];
  /** Every cell, with its attributes and colours in words. */
  cells(): ShownCell[][];
  /** Lines that have left the screen at its top. */
  scrolledOff(): number;
  isAlternate(): boolean;
  isSynchronizing(): boolean;
  dispose(): void;
}

export function openTerminalScreen(size: { columns: number; rows: number }): TerminalScreen {
  const terminal = new xterm.Terminal({
    cols: size.columns,
    rows: size.rows,
    allowProposedApi: true,
    scrollback: 1000,
  });
  const line = (y: number) => terminal.buffer.active.getLine(terminal.buffer.active.baseY + y)!;
  const rows = <T>(read: (y: number) => T) => Array.from({ length: terminal.rows }, (_, y) => read(y));
  return {
    write: (bytes) => new Promise((resolve) => terminal.write(bytes, resolve)),
    resize: ({ columns, rows }) => terminal.resize(columns, rows),
    lines: () => rows((y) => line(y).translateToString(true).trimEnd()),
    cells: () =>
      rows((y) =>
        Array.from({ length: terminal.cols }, (_, x) => {
          const cell = line(y).getCell(x)!;
          const words: string[] = [];
          if (cell.isBold()) words.push('bold');
          if (cell.isDim()) words.push('dim');
          if (cell.isItalic()) words.push('italic');
          if (cell.isUnderline()) words.push('underline');
          if (cell.isInverse()) words.push('inverse');
          if (!cell.isFgDefault()) words.push(`foreground ${cell.getFgColorMode()} ${cell.getFgColor()}`);
          if (!cell.isBgDefault()) words.push(`background ${cell.getBgColorMode()} ${cell.getBgColor()}`);
          const text = cell.getWidth() === 0 ? '' : cell.getChars() || ' ';
          return { text, style: words.join(', ') };
        }),
      ),
    scrolledOff: () => terminal.buffer.active.baseY,
    isAlternate: () => terminal.buffer.active.type === 'alternate',
    isSynchronizing: () => terminal.modes.synchronizedOutputMode,
    dispose: () => terminal.dispose(),
  };
}

import './production.ts';
import { EventEmitter } from 'node:events';
import { Box, type DOMElement, render } from 'ink';
import { type ReactElement, type RefObject, useLayoutEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { type Theme, ThemeContext } from '../theme.ts';
import { composeRow, type PlacedCanvas, type Row } from './cells.ts';
import type { Key } from './key.ts';
import { type CanvasContent, type Screen, ScreenContext, type ScreenSize } from './screen.ts';

/** Where elements stand: Ink lays them out, canvases fill in, and what comes of it can be read at any time. No terminal is needed. */
export interface Stage {
  show(element: ReactElement): void;
  /** The screen's rows as of now, each of `columns` cells. A row that has not changed is the same object as before. */
  frame(): Row[];
  /** Hands the key to the handlers, after those pressed before and what rendered because of them. False: nobody listens. */
  press(key: Key): boolean;
  resize(size: ScreenSize): void;
  close(): void;
}

/**
 * @param options.onChange called whenever `frame` may return something else
 * @param options.onError called with the error that a component threw; the stage is closed then
 */
export function openStage(options: {
  size: ScreenSize;
  theme: Theme;
  onChange: () => void;
  onError: (error: unknown) => void;
}): Stage {
  const { theme, onChange, onError } = options;
  const listeners = new Set<(key: Key) => void>();
  const canvases = new Map<RefObject<DOMElement | null>, CanvasContent>();
  let size = options.size;
  let open = true;
  let text = '';
  let renderInk = noRender;
  let resized = () => {};

  const listen = (handler: (key: Key) => void) => {
    listeners.add(handler);
    return () => void listeners.delete(handler);
  };
  const place = (element: RefObject<DOMElement | null>, content: CanvasContent) => {
    canvases.set(element, content);
    onChange();
    return () => void canvases.delete(element);
  };

  let composing = false;
  const changed = () => {
    if (open && !composing) onChange();
  };
  const sink = Object.assign(new EventEmitter(), {
    columns: size.columns,
    rows: size.rows,
    isTTY: false,
    write(frame: string) {
      text = frame;
      changed();
      return true;
    },
  });
  const onRoot = (root: DOMElement) => {
    // Ink makes text of its tree after every commit. Once a frame is enough.
    renderInk = root.onRender ?? (() => {});
    root.onRender = changed;
  };
  const sizes: Sizes = {
    current: () => size,
    subscribe(listener) {
      resized = listener;
      return () => {};
    },
  };
  const onStage = (element: ReactElement | null) => (
    <ThemeContext.Provider value={theme}>
      <Root sizes={sizes} listen={listen} place={place} onRoot={onRoot}>
        {element}
      </Root>
    </ThemeContext.Provider>
  );
  const ink = render(onStage(null), {
    stdout: sink as unknown as NodeJS.WriteStream,
    stderr: sink as unknown as NodeJS.WriteStream,
    // Keys are ours: Ink never touches the real stdin.
    stdin: Object.assign(new EventEmitter(), { isTTY: false }) as unknown as NodeJS.ReadStream,
    // Whole frames, at once, also where CI is set.
    debug: true,
    patchConsole: false,
    exitOnCtrlC: false,
    isScreenReaderEnabled: false,
  });
  // Ink tells nobody what is wrong with its first render.
  if (renderInk === noRender) throw new Error('nothing renders: react was loaded before terminal/production.ts');
  ink.waitUntilExit().catch((error) => {
    if (open) onError(error);
  });

  let composed: ComposedRow[] = [];
  const frame = (): Row[] => {
    composing = true;
    renderInk();
    composing = false;
    const lines = text.split('\n');
    const placed = [...canvases].flatMap(([element, content]) => placedCanvas(element.current, content) ?? []);
    composed = Array.from({ length: size.rows }, (_, y) => {
      // A character in the last cell of the last row would scroll some terminals.
      const columns = y === size.rows - 1 ? size.columns - 1 : size.columns;
      const source = sourceOf(lines[y] ?? '', placed, y);
      const before = composed[y];
      if (before?.row.texts.length === size.columns && sameSource(before.source, source)) return before;
      return { source, row: composeRow(source.line, source.canvases, columns, size.columns) };
    });
    return composed.map(({ row }) => row);
  };

  const waiting: Key[] = [];
  let busy = false;
  const next = () => {
    const key = waiting.shift();
    busy = key !== undefined;
    if (key === undefined) return;
    // React renders in the next turn what a handler changed.
    setImmediate(() => setImmediate(next));
    for (const listener of [...listeners]) listener(key);
  };

  return {
    show(element) {
      ink.rerender(onStage(element));
    },
    frame,
    press(key) {
      if (listeners.size === 0) return false;
      waiting.push(key);
      if (!busy) next();
      return true;
    },
    resize(to) {
      size = to;
      composed = [];
      sink.columns = to.columns;
      sink.rows = to.rows;
      resized();
    },
    close() {
      if (!open) return;
      open = false;
      waiting.length = 0;
      ink.unmount();
    },
  };
}

function noRender(): void {}

/** The screen's size as React reads it. */
interface Sizes {
  current(): ScreenSize;
  subscribe(listener: () => void): () => void;
}

function Root({
  sizes,
  listen,
  place,
  onRoot,
  children,
}: Pick<Screen, 'listen' | 'place'> & {
  sizes: Sizes;
  /** Given Ink's root element once it is there. */
  onRoot: (root: DOMElement) => void;
  children: ReactElement | null;
}) {
  const size = useSyncExternalStore(sizes.subscribe, sizes.current);
  const box = useRef<DOMElement>(null);
  useLayoutEffect(() => onRoot(rootOf(box.current!)), [onRoot]);
  const screen = useMemo(() => ({ size, listen, place }), [size, listen, place]);
  return (
    <ScreenContext.Provider value={screen}>
      <Box ref={box} width={size.columns} height={size.rows} flexDirection="column">
        {children}
      </Box>
    </ScreenContext.Provider>
  );
}

interface RowSource {
  line: string;
  canvases: PlacedCanvas[];
}

interface ComposedRow {
  source: RowSource;
  row: Row;
}

function sourceOf(line: string, placed: readonly PlacedBox[], y: number): RowSource {
  const canvases = placed
    .filter(({ top, height }) => y >= top && y < top + height)
    .map(({ left, width, top, rows }) => ({ left, width, text: rows[y - top] ?? '' }));
  return { line, canvases };
}

function sameSource(a: RowSource, b: RowSource): boolean {
  return (
    a.line === b.line &&
    a.canvases.length === b.canvases.length &&
    a.canvases.every((canvas, i) => {
      const other = b.canvases[i]!;
      return canvas.left === other.left && canvas.width === other.width && canvas.text === other.text;
    })
  );
}

interface PlacedBox extends CanvasContent {
  left: number;
  top: number;
}

/** Position in the screen: Yoga's are relative to the parent. Null while it is not laid out. */
function placedCanvas(element: DOMElement | null, content: CanvasContent): PlacedBox | null {
  let left = 0;
  let top = 0;
  for (let node = element ?? undefined; node !== undefined; node = node.parentNode) {
    if (node.yogaNode === undefined) return null;
    left += node.yogaNode.getComputedLeft();
    top += node.yogaNode.getComputedTop();
  }
  return element === null ? null : { ...content, left, top };
}

function rootOf(element: DOMElement): DOMElement {
  let root = element;
  while (root.parentNode !== undefined) root = root.parentNode;
  return root;
}

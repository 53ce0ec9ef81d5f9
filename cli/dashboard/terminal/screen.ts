import type { DOMElement } from 'ink';
import { createContext, type RefObject } from 'react';
import type { Key } from './key.ts';

export interface ScreenSize {
  columns: number;
  rows: number;
}

/** What a canvas shows, kept up to date by its component. */
export interface CanvasContent {
  width: number;
  height: number;
  /** Styled rows; what exceeds the box is cut. */
  rows: readonly string[];
}

/** What the components of a screen are given by the stage they stand on. */
export interface Screen {
  size: ScreenSize;
  /** Has every key handed to the handler, from now until the returned function is called. */
  listen(handler: (key: Key) => void): () => void;
  /** Shows a canvas where its element is laid out, until the returned function is called. */
  place(element: RefObject<DOMElement | null>, content: CanvasContent): () => void;
}

export const ScreenContext = createContext<Screen | null>(null);

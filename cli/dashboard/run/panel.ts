import type { Scene } from './scene.ts';

/** One thing to look at. A plot can be zoomed, a list scrolled, a figure fits its place. */
export type Panel = {
  /** A word for the tab. */
  title(scene: Scene): string;
} & (
  | {
      shows: 'plot' | 'figure';
      draw(scene: Scene, width: number, height: number): string[];
      /** Rows that it needs, where it has a size of its own. */
      rows?(scene: Scene): number;
    }
  /** `head` stays where it is, `rows` scroll. */
  | { shows: 'list'; list(scene: Scene, width: number): { head: string[]; rows: string[] } }
);

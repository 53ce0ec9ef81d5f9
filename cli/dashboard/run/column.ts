import type { Panel } from './panel.ts';
import type { PanelId } from './panel-id.ts';
import { panels } from './panels.ts';
import type { Scene } from './scene.ts';
import { box, filled } from './text.ts';

/** A panel in a frame shows something from this height on. */
const leastHeight = 6;

/**
 * Panels in frames below each other, in so many rows: each takes what its content needs, a figure without a size of its own a third,
 * and the last one what is left. Those that there is no room for are left out.
 */
export function column(scene: Scene, ids: readonly PanelId[], width: number, height: number): string[] {
  const heights: { id: PanelId; height: number }[] = [];
  let left = height;
  for (const id of ids) {
    if (left < leastHeight) break;
    const wanted = Math.max(leastHeight, contentHeight(panels[id], scene, width - 4, Math.floor(height / 3)) + 2);
    const taken = Math.min(wanted, left, Math.max(leastHeight, Math.floor(height * 0.4)));
    heights.push({ id, height: taken });
    left -= taken;
  }
  const last = heights.at(-1);
  if (last === undefined) return filled([], width, height);
  last.height += left;
  return heights.flatMap(({ id, height: rows }) => framed(scene, id, width, rows));
}

function contentHeight(panel: Panel, scene: Scene, width: number, otherwise: number): number {
  if (panel.shows !== 'list') return panel.rows?.(scene) ?? otherwise;
  const { head, rows } = panel.list(scene, width);
  return head.length + rows.length;
}

function contentOf(panel: Panel, scene: Scene, width: number, height: number): string[] {
  if (panel.shows !== 'list') return panel.draw(scene, width, height);
  const { head, rows } = panel.list(scene, width);
  return [...head, ...rows];
}

function framed(scene: Scene, id: PanelId, width: number, height: number): string[] {
  const panel = panels[id];
  const inner = width - 4;
  const content = contentOf(panel, scene, inner, height - 2);
  return box(panel.title(scene), filled(content, inner, height - 2), width, height, scene.theme);
}

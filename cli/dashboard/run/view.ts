import type { RunAction } from './keys.ts';
import type { PanelId } from './panel-id.ts';

/** What a person chose to see, apart from what the run does. */
export interface View {
  panel: PanelId;
  /** Whether the panel was chosen; else the end of the run brings its summary up. */
  isChosen: boolean;
  /** Steps that a plot shows; null: all. */
  span: number | null;
  /** The last step that a plot shows; null: the newest, whichever it is. */
  end: number | null;
  /** Weight of what was before in the smoothed line; 0: not smoothed. */
  smoothing: number;
  isLog: boolean;
  /** Lines of a list above the panel. */
  scroll: number;
  /** How many metrics the second panel of metrics is past its first. */
  metric: number;
  overlay: 'none' | 'ask' | 'help';
}

export const smoothings: readonly number[] = [0, 0.6, 0.9, 0.98];

export const initialView: View = {
  panel: 'loss',
  isChosen: false,
  span: null,
  end: null,
  smoothing: 0.9,
  isLog: false,
  scroll: 0,
  metric: 0,
  overlay: 'none',
};

/** What an action takes to know of the run and the panel. */
export interface Seen {
  /** In the order of their numbers. */
  panels: readonly PanelId[];
  /** Steps done, or planned where the panel shows those. */
  steps: number;
  /** How far the list of the panel can be scrolled, and the lines that it shows at once. */
  mostScroll: number;
  page: number;
  metrics: number;
}

/** No plot is of fewer steps. */
const leastSpan = 10;

/** The view after an action that is no command to the run. */
export function viewed(view: View, action: RunAction, key: string, seen: Seen): View {
  const { panels, mostScroll, page } = seen;
  const show = (panel: PanelId | undefined): View =>
    panel === undefined ? view : { ...view, panel, isChosen: true, scroll: 0 };
  const scrollBy = (lines: number): View => ({
    ...view,
    scroll: Math.min(mostScroll, Math.max(0, Math.min(view.scroll, mostScroll) + lines)),
  });
  const at = Math.max(0, panels.indexOf(view.panel));
  switch (action) {
    case 'next-panel':
      return show(panels[(at + 1) % panels.length]);
    case 'previous-panel':
      return show(panels[(at + panels.length - 1) % panels.length]);
    case 'panel':
      return show(panels[key === '0' ? 9 : Number(key) - 1]);
    case 'up':
      return scrollBy(-1);
    case 'down':
      return scrollBy(1);
    case 'page-up':
      return scrollBy(-page);
    case 'page-down':
      return scrollBy(page);
    case 'top':
      return scrollBy(-mostScroll);
    case 'bottom':
      return scrollBy(mostScroll);
    case 'zoom-in':
      return { ...view, span: Math.max(leastSpan, Math.ceil((view.span ?? seen.steps) / 2)) };
    case 'zoom-out':
      return view.span === null || view.span * 2 >= seen.steps
        ? { ...view, span: null, end: null }
        : { ...view, span: view.span * 2 };
    case 'earlier':
      return panned(view, seen.steps, -1);
    case 'later':
      return panned(view, seen.steps, 1);
    case 'whole':
      return { ...view, span: null, end: null };
    case 'newest':
      return { ...view, end: null };
    case 'smoothing':
      return {
        ...view,
        smoothing: smoothings[(smoothings.indexOf(view.smoothing) + 1) % smoothings.length]!,
      };
    case 'scale':
      return { ...view, isLog: !view.isLog };
    case 'metric':
      return { ...view, metric: seen.metrics === 0 ? 0 : (view.metric + 1) % seen.metrics };
    case 'help':
      return { ...view, overlay: view.overlay === 'help' ? 'none' : 'help' };
    case 'ask':
      return { ...view, overlay: 'ask' };
    default:
      return view;
  }
}

function panned(view: View, steps: number, direction: -1 | 1): View {
  if (view.span === null) return view;
  const end = (view.end ?? steps) + direction * Math.max(1, Math.floor(view.span / 4));
  if (end >= steps) return { ...view, end: null };
  return { ...view, end: Math.max(view.span, end) };
}

/** First and last step that a plot shows of so many. */
export function windowOf({ span, end }: View, steps: number): { min: number; max: number } {
  const max = Math.min(end ?? steps, steps);
  if (span === null || span >= steps) return { min: 0, max: Math.max(1, steps) };
  return { min: Math.max(0, max - span), max };
}

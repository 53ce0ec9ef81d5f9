/** What a key of a list does. */
export type ListAction = 'up' | 'down' | 'page-up' | 'page-down' | 'top' | 'bottom';

/** The index chosen after an action in a list of so many items, `page` of which are seen at once. */
export function selected(index: number, action: ListAction, count: number, page: number): number {
  const last = Math.max(0, count - 1);
  const to = {
    up: index - 1,
    down: index + 1,
    'page-up': index - Math.max(1, page - 1),
    'page-down': index + Math.max(1, page - 1),
    top: 0,
    bottom: last,
  }[action];
  return Math.min(last, Math.max(0, to));
}

/** Index of the first item shown, so that the chosen one is seen, in the middle where there is room on both sides. */
export function firstShown(index: number, count: number, page: number): number {
  return Math.max(0, Math.min(count - page, index - Math.floor(page / 2)));
}

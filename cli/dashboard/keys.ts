/**
 * One key or several that do the same. A screen has one table of these, and it drives all there is: what a key does,
 * the footer, and the help.
 */
export interface Binding<Action extends string> {
  /** Names of keys as `useKeys` gives them. */
  keys: readonly string[];
  action: Action;
  /** What the footer and the help call the keys, such as `+/-`; one binding of several that belong together has it. */
  shown?: string;
  /** One or two words for the footer; absent: the footer leaves it out. */
  footer?: string;
  /** The footer has it even where there is no room for others. */
  isKept?: boolean;
  /** A phrase for the help; absent: another binding's phrase tells of it. */
  help?: string;
}

/** What a key does; undefined: nothing. */
export function actionOf<Action extends string>(bindings: readonly Binding<Action>[], key: string): Action | undefined {
  return bindings.find(({ keys }) => keys.includes(key))?.action;
}

/** What a person calls the keys of a binding. */
export const keysText = ({ keys, shown }: Binding<string>): string => shown ?? keys[0]!;

/** Keys and what they do, in pairs, as many as fit the width: of those that need not be kept the last go first. */
export function footerItems(bindings: readonly Binding<string>[], width: number): { keys: string; text: string }[] {
  const items = bindings
    .filter(({ footer }) => footer !== undefined)
    .map((binding) => ({ keys: keysText(binding), text: binding.footer!, isKept: binding.isKept === true }));
  const gap = 2;
  const total = (list: typeof items) =>
    list.reduce((sum, { keys, text }) => sum + keys.length + 1 + text.length + gap, -gap);
  while (total(items) > width) {
    const last = items.findLastIndex(({ isKept }) => !isKept);
    if (last < 0) break;
    items.splice(last, 1);
  }
  return items.map(({ keys, text }) => ({ keys, text }));
}

/** The lines of the help: keys, then what they do. */
export function helpRows(bindings: readonly Binding<string>[]): { keys: string; text: string }[] {
  return bindings
    .filter(({ help }) => help !== undefined)
    .map((binding) => ({ keys: keysText(binding), text: binding.help! }));
}

/** The keys that are bound more than once, which must be none. */
export function boundTwice(bindings: readonly Binding<string>[]): string[] {
  const all = bindings.flatMap(({ keys }) => keys);
  return [...new Set(all.filter((key, i) => all.indexOf(key) !== i))];
}

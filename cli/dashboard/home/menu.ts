import type { Binding } from '../keys.ts';
import { cell, row } from '../run/text.ts';
import type { ListAction } from '../start/selection.ts';
import type { Theme } from '../theme.ts';

/** What can be done from the home screen. */
export type Door = 'start' | 'glue' | 'runs' | 'try' | 'help' | 'quit';

export interface MenuEntry {
  door: Door;
  key: string;
  title: string;
  meaning: string;
  /** The command line that does the same. */
  words: readonly string[];
}

export const menu: readonly MenuEntry[] = [
  {
    door: 'start',
    key: 'f',
    title: 'fine-tune a file',
    meaning: 'choose it, see how it is read, change settings, start',
    words: ['distiltune', 'train', 'FILE'],
  },
  {
    door: 'glue',
    key: 'g',
    title: 'run GLUE',
    meaning: "the benchmark's nine tasks, each with several seeds",
    words: ['distiltune', 'glue', 'run'],
  },
  {
    door: 'runs',
    key: 'r',
    title: 'runs',
    meaning: 'open, compare, resume or remove them',
    words: ['distiltune', 'runs', 'ls'],
  },
  {
    door: 'try',
    key: 't',
    title: 'try a model',
    meaning: 'type a text and see what a model says of it',
    words: ['distiltune', 'predict', 'RUN', 'TEXT'],
  },
  { door: 'help', key: '?', title: 'help', meaning: 'all commands', words: ['distiltune', '--help'] },
  { door: 'quit', key: 'q', title: 'quit', meaning: 'back to the shell', words: ['distiltune'] },
];

export type MenuAction = ListAction | Door | 'open';

export const menuKeys: readonly Binding<MenuAction>[] = [
  { keys: ['up'], action: 'up', shown: 'up/down', footer: 'choose', help: 'choose' },
  { keys: ['down'], action: 'down' },
  { keys: ['home', 'pageup'], action: 'top' },
  { keys: ['end', 'pagedown'], action: 'bottom' },
  { keys: ['return'], action: 'open', footer: 'open', help: 'open what is chosen' },
  ...menu.map(({ key, door, title }): Binding<MenuAction> => {
    const keys = door === 'quit' ? [key, 'escape'] : [key];
    return {
      keys,
      action: door,
      shown: key,
      footer: door === 'start' ? 'fine-tune' : door,
      isKept: door === 'quit',
      help: title,
    };
  }),
];

/** Mark, key, title, meaning. */
export function menuRows(index: number, width: number, theme: Theme): string[] {
  const titleWidth = Math.max(...menu.map(({ title }) => title.length));
  return menu.map(({ key, title, meaning }, i) => {
    const name = cell(title, Math.min(titleWidth, Math.max(0, width - 6)), theme);
    const rest = width - 8 - titleWidth;
    const told = rest > 10 ? cell(meaning, rest, theme) : '';
    if (i === index) return row([['inverse', `> ${key}  ${name}  ${told} `]], width, theme);
    return row(['  ', ['accent', key], '  ', ['bold', name], '  ', ['dim', told]], width, theme);
  });
}

import type { Binding } from '../keys.ts';
import type { ListAction } from './selection.ts';

/** The keys of every list. */
export const listKeys: readonly Binding<ListAction>[] = [
  { keys: ['up'], action: 'up', shown: 'up/down', footer: 'choose', help: 'choose' },
  { keys: ['down'], action: 'down' },
  { keys: ['pageup'], action: 'page-up', shown: 'pgup/pgdn', help: 'by a page' },
  { keys: ['pagedown'], action: 'page-down' },
];

/** To both ends, where no text is typed in which these keys move the cursor. */
export const endKeys: readonly Binding<ListAction>[] = [
  { keys: ['home'], action: 'top', shown: 'home/end', help: 'to the first, to the last' },
  { keys: ['end'], action: 'bottom' },
];

export const scrollKeys: readonly Binding<ListAction>[] = [
  { keys: ['up'], action: 'up', shown: 'up/down', footer: 'scroll', help: 'scroll' },
  { keys: ['down'], action: 'down' },
  ...listKeys.slice(2),
  ...endKeys,
];

export type ChooseAction = ListAction | 'open' | 'complete' | 'back' | 'help';

/** All else is typed into the name. */
export const chooseKeys: readonly Binding<ChooseAction>[] = [
  ...listKeys,
  { keys: ['return'], action: 'open', footer: 'open', help: 'open the folder, or take the file' },
  { keys: ['tab'], action: 'complete', footer: 'complete', help: 'complete the name that is typed' },
  {
    keys: ['escape'],
    action: 'back',
    shown: 'esc',
    isKept: true,
    footer: 'back',
    help: 'take away what is typed; then back',
  },
  {
    keys: ['f1'],
    action: 'help',
    footer: 'help',
    isKept: true,
    help: 'this help; all other keys type a name or a path',
  },
];

export type PreviewAction = ListAction | 'settings' | 'start' | 'back' | 'help';

export const previewKeys: readonly Binding<PreviewAction>[] = [
  ...scrollKeys,
  { keys: ['return'], action: 'settings', footer: 'settings', help: 'go on to the settings' },
  { keys: ['s'], action: 'start', footer: 'start', isKept: true, help: 'start training with the settings as they are' },
  {
    keys: ['escape'],
    action: 'back',
    shown: 'esc',
    isKept: true,
    footer: 'another file',
    help: 'stop reading; choose another file',
  },
  { keys: ['?'], action: 'help', footer: 'help', isKept: true, help: 'this help' },
];

export type SettingsAction = ListAction | 'edit' | 'next' | 'previous' | 'default' | 'all' | 'start' | 'back' | 'help';

export const settingsKeys: readonly Binding<SettingsAction>[] = [
  ...listKeys,
  ...endKeys,
  { keys: ['return'], action: 'edit', footer: 'edit', help: 'type another value' },
  { keys: ['right'], action: 'next', shown: 'left/right', help: 'the next value of those that there are' },
  { keys: ['left'], action: 'previous' },
  { keys: ['d', 'delete'], action: 'default', footer: 'default', help: 'the value as it was' },
  { keys: ['a'], action: 'all', footer: 'all', help: 'all settings, or those that matter first' },
  { keys: ['s'], action: 'start', footer: 'start', isKept: true, help: 'start' },
  { keys: ['escape'], action: 'back', shown: 'esc', isKept: true, footer: 'back', help: 'back; nothing is lost' },
  { keys: ['?'], action: 'help', footer: 'help', isKept: true, help: 'this help' },
];

export type EditAction = 'take' | 'leave';

/** While a value is typed; all else is typed into it. */
export const editKeys: readonly Binding<EditAction>[] = [
  { keys: ['return', 'tab'], action: 'take', shown: 'return', footer: 'take it' },
  { keys: ['escape'], action: 'leave', shown: 'esc', footer: 'leave it as it was' },
];

import type { Binding } from '../keys.ts';
import { listKeys } from '../start/keys.ts';
import type { ListAction } from '../start/selection.ts';

export type TryAction = ListAction | 'next-field' | 'previous-field' | 'model' | 'back' | 'help';

/** All else is typed into the text. */
export const tryKeys: readonly Binding<TryAction>[] = [
  {
    keys: ['tab', 'return'],
    action: 'next-field',
    shown: 'tab',
    footer: 'field',
    help: 'the other text, where there are two',
  },
  { keys: ['shift+tab'], action: 'previous-field' },
  { keys: ['up'], action: 'up', shown: 'up/down', footer: 'scroll', help: 'scroll what the model says' },
  { keys: ['down'], action: 'down' },
  { keys: ['pageup'], action: 'page-up', shown: 'pgup/pgdn', help: 'scroll by a page' },
  { keys: ['pagedown'], action: 'page-down' },
  { keys: ['ctrl+o'], action: 'model', shown: 'ctrl-o', footer: 'model', help: 'another model' },
  { keys: ['escape'], action: 'back', shown: 'esc', footer: 'back', isKept: true, help: 'back' },
  {
    keys: ['f1'],
    action: 'help',
    footer: 'help',
    isKept: true,
    help: 'this help; ctrl-u clears the text, all other keys are typed',
  },
];

export type ChooseModelAction = ListAction | 'take' | 'back' | 'help';

/** All else is typed into the name. */
export const chooseModelKeys: readonly Binding<ChooseModelAction>[] = [
  ...listKeys,
  { keys: ['return'], action: 'take', footer: 'take', help: 'take the model' },
  {
    keys: ['escape'],
    action: 'back',
    shown: 'esc',
    footer: 'back',
    isKept: true,
    help: 'take away what is typed; then back',
  },
  {
    keys: ['f1'],
    action: 'help',
    footer: 'help',
    isKept: true,
    help: 'this help; all other keys type a name, a folder, or a name of the hub',
  },
];

import type { Binding } from '../keys.ts';
import { listKeys } from '../start/keys.ts';
import type { ListAction } from '../start/selection.ts';

export type RunsAction = ListAction | 'open' | 'mark' | 'sort' | 'resume' | 'remove' | 'try' | 'back' | 'help';

/** All else is typed into the filter. */
export const runsKeys: readonly Binding<RunsAction>[] = [
  { keys: ['return'], action: 'open', footer: 'open', help: 'open the run; with two or more marked: compare them' },
  { keys: ['space'], action: 'mark', footer: 'mark', help: 'mark it, to be compared or removed with others' },
  {
    keys: ['delete', 'ctrl+d'],
    action: 'remove',
    shown: 'delete',
    footer: 'remove',
    help: 'remove it, or those that are marked, after asking; so does ctrl-d',
  },
  {
    keys: ['escape'],
    action: 'back',
    shown: 'esc',
    footer: 'back',
    isKept: true,
    help: 'take away what is typed, then the marks; then back',
  },
  { keys: ['tab'], action: 'sort', footer: 'sort', help: 'sort by another column' },
  {
    keys: ['ctrl+r'],
    action: 'resume',
    shown: 'ctrl-r',
    footer: 'resume',
    help: 'go on with a run that was interrupted',
  },
  { keys: ['ctrl+t'], action: 'try', shown: 'ctrl-t', footer: 'try', help: 'try its model on texts' },
  ...listKeys,
  {
    keys: ['f1'],
    action: 'help',
    footer: 'help',
    isKept: true,
    help: 'this help; all other keys type what to look for',
  },
];

export type RemoveAction = 'yes' | 'no';

export const removeKeys: readonly Binding<RemoveAction>[] = [
  { keys: ['y'], action: 'yes', footer: 'remove' },
  { keys: ['n', 'escape'], action: 'no', shown: 'any other key', footer: 'keep' },
];

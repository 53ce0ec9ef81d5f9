import type { Binding } from '../keys.ts';
import { scrollKeys } from '../start/keys.ts';
import type { ListAction } from '../start/selection.ts';

export type CompareAction =
  | ListAction
  | 'next-panel'
  | 'previous-panel'
  | 'panel'
  | 'axis'
  | 'smoothing'
  | 'scale'
  | 'back'
  | 'help';

export const compareKeys: readonly Binding<CompareAction>[] = [
  { keys: ['tab', 'right'], action: 'next-panel', footer: 'panel', help: 'the next panel; shift+tab: the one before' },
  { keys: ['shift+tab', 'left'], action: 'previous-panel' },
  {
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    action: 'panel',
    shown: '1-9',
    help: 'the panel of that number',
  },
  { keys: ['x'], action: 'axis', footer: 'axis', help: 'over steps, epochs or time' },
  { keys: ['z'], action: 'smoothing', footer: 'smooth', help: 'smooth the loss less or more' },
  { keys: ['l'], action: 'scale', footer: 'log', help: 'logarithmic scale, or linear' },
  ...scrollKeys,
  { keys: ['escape', 'q', 'ctrl+c'], action: 'back', shown: 'esc', footer: 'back', isKept: true, help: 'back' },
  { keys: ['?'], action: 'help', footer: 'help', isKept: true, help: 'this help' },
];

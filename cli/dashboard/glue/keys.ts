import type { Binding } from '../keys.ts';

/** What keys do on the screen of a benchmark. */
export type BoardAction = 'pause' | 'ask' | 'interrupt' | 'open' | 'plot' | 'up' | 'down' | 'help';

export const steeringKeys: readonly Binding<BoardAction>[] = [
  {
    keys: ['space'],
    action: 'pause',
    footer: 'pause',
    help: 'pause the run of the moment after its step; again: go on',
  },
  {
    keys: ['q', 'escape'],
    action: 'ask',
    footer: 'stop…',
    isKept: true,
    help: 'ask how to end: stop, leave it running, cancel',
  },
  {
    keys: ['ctrl+c'],
    action: 'interrupt',
    shown: 'ctrl-c',
    help: 'finish the step, save and stop; again: stop at once',
  },
];

export const seeingKeys: readonly Binding<BoardAction>[] = [
  { keys: ['return'], action: 'open', footer: 'open the run', help: 'the whole screen of the run of the moment' },
  { keys: ['tab'], action: 'plot', footer: 'plot', help: 'another plot of it' },
  { keys: ['up'], action: 'up', shown: 'up/down', help: 'scroll the table where it has no room' },
  { keys: ['down'], action: 'down' },
  { keys: ['?'], action: 'help', footer: 'help', isKept: true, help: 'this help' },
];

export type AskAction = 'stop' | 'abort' | 'leave' | 'cancel' | 'interrupt';

export const askKeys: readonly Binding<AskAction>[] = [
  { keys: ['s'], action: 'stop', footer: 'stop and save', isKept: true },
  { keys: ['n'], action: 'abort', footer: 'stop now', isKept: true },
  { keys: ['d'], action: 'leave', footer: 'detach', isKept: true },
  { keys: ['escape', 'c', 'q'], action: 'cancel', shown: 'esc', footer: 'cancel', isKept: true },
  { keys: ['ctrl+c'], action: 'interrupt' },
];

export const bindingsOf = (canSteer: boolean): readonly Binding<BoardAction>[] => [
  ...(canSteer ? steeringKeys : []),
  ...seeingKeys,
];

import type { Binding } from '../keys.ts';
import type { Shows } from './panel-id.ts';

/** What keys do on the screen of a run. */
export type RunAction =
  | 'pause'
  | 'save'
  | 'evaluate'
  | 'ask'
  | 'interrupt'
  | 'hold'
  | 'faster'
  | 'slower'
  | 'to-end'
  | 'panel'
  | 'next-panel'
  | 'previous-panel'
  | 'zoom-in'
  | 'zoom-out'
  | 'earlier'
  | 'later'
  | 'whole'
  | 'newest'
  | 'smoothing'
  | 'scale'
  | 'metric'
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'top'
  | 'bottom'
  | 'help';

/** What steers a run that is going on. */
export const steeringKeys: readonly Binding<RunAction>[] = [
  { keys: ['space'], action: 'pause', footer: 'pause', help: 'pause, or go on' },
  { keys: ['s'], action: 'save', footer: 'save', help: 'save after this step' },
  { keys: ['e'], action: 'evaluate', footer: 'eval', help: 'evaluate after this step' },
  { keys: ['q', 'escape'], action: 'ask', footer: 'stop…', isKept: true, help: 'end it, or leave it running' },
  {
    keys: ['ctrl+c'],
    action: 'interrupt',
    shown: 'ctrl-c',
    help: 'stop, save; twice: give up',
  },
];

/** What moves a replay on. */
export const replayKeys: readonly Binding<RunAction>[] = [
  { keys: ['space'], action: 'hold', footer: 'hold', help: 'hold the replay, or go on' },
  { keys: ['>', '.'], action: 'faster', shown: '</>', footer: 'speed', help: 'replay slower, faster' },
  { keys: ['<', ','], action: 'slower' },
  { keys: ['g'], action: 'to-end', footer: 'to the end', help: 'to the end of the replay' },
];

/** Choosing what is seen. */
export const panelKeys: readonly Binding<RunAction>[] = [
  { keys: ['tab'], action: 'next-panel', footer: 'panel', help: 'next panel; shift-tab: back' },
  { keys: ['shift+tab'], action: 'previous-panel' },
  {
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'],
    action: 'panel',
    shown: '1-9 0',
    help: 'that panel; 0: the tenth',
  },
];

/** While a plot over the steps is shown. */
export const plotKeys: readonly Binding<RunAction>[] = [
  {
    keys: ['+', '=', 'up'],
    action: 'zoom-in',
    shown: '+/-',
    footer: 'zoom',
    help: 'zoom in, out; also up, down',
  },
  { keys: ['-', '_', 'down'], action: 'zoom-out' },
  { keys: ['left'], action: 'earlier', shown: 'left', help: 'earlier steps' },
  { keys: ['right'], action: 'later', shown: 'right', help: 'later steps' },
  { keys: ['home'], action: 'whole', help: 'the whole run' },
  { keys: ['end'], action: 'newest', help: 'follow the newest steps' },
  { keys: ['z'], action: 'smoothing', footer: 'smooth', help: 'smooth less or more' },
  { keys: ['l'], action: 'scale', help: 'logarithmic or linear scale' },
  { keys: ['m'], action: 'metric', help: 'next metric in panel 3' },
];

/** While a list is shown that may be longer than its panel. */
export const listKeys: readonly Binding<RunAction>[] = [
  { keys: ['up'], action: 'up', shown: 'up/down', footer: 'scroll', help: 'scroll' },
  { keys: ['down'], action: 'down' },
  { keys: ['pageup'], action: 'page-up', shown: 'pgup/pgdn', help: 'scroll by a page' },
  { keys: ['pagedown'], action: 'page-down' },
  { keys: ['home'], action: 'top', shown: 'home/end', help: 'to the top, to the bottom' },
  { keys: ['end'], action: 'bottom' },
];

export const helpKey: readonly Binding<RunAction>[] = [
  { keys: ['?'], action: 'help', footer: 'help', isKept: true, help: 'this help' },
];

/** The answers to "how is it to end?". */
export type AskAction = 'stop' | 'abort' | 'leave' | 'cancel' | 'interrupt';

export const askKeys: readonly Binding<AskAction>[] = [
  { keys: ['s'], action: 'stop', footer: 'stop and save', isKept: true },
  { keys: ['n'], action: 'abort', footer: 'stop now', isKept: true },
  { keys: ['d'], action: 'leave', footer: 'detach', isKept: true },
  { keys: ['escape', 'c', 'q'], action: 'cancel', shown: 'esc', footer: 'cancel', isKept: true },
  { keys: ['ctrl+c'], action: 'interrupt' },
];

/** The bindings that count, in the order of the footer. */
export function bindingsOf({ steers, shows }: { steers: Steers; shows: Shows }): readonly Binding<RunAction>[] {
  const ofPanel = shows === 'plot' ? plotKeys : shows === 'list' ? listKeys : [];
  return [...keysOf[steers], ...panelKeys, ...ofPanel, ...helpKey];
}

/** What can be steered from here: a run, a replay of one, or nothing. */
export type Steers = 'run' | 'replay' | 'nothing';

/** The keys of what can be steered. */
export const keysOf: Readonly<Record<Steers, readonly Binding<RunAction>[]>> = {
  run: steeringKeys,
  replay: replayKeys,
  nothing: [],
};

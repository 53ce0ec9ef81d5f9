import { printable } from '../../plain/table.ts';
import type { DashboardState, LogLine } from './state.ts';

const mostLines = 500;
const longestLine = 500;

/** Writes to the log of the state, which keeps the newest lines. What a file or a library says cannot draw on the terminal. */
export function logged(state: DashboardState, level: LogLine['level'], text: string): DashboardState {
  state.log.push({ time: state.time ?? 0, level, text: printable(text.slice(0, longestLine)) });
  if (state.log.length > mostLines) state.log.shift();
  return state;
}

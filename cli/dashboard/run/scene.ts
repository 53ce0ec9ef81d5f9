import type { Liveness } from '../../watch/source.ts';
import type { DashboardState } from '../state/state.ts';
import type { Theme } from '../theme.ts';
import type { Steers } from './keys.ts';
import type { View } from './view.ts';

/** What became of the last key that asked something of the run. */
export interface Notice {
  text: string;
  level: 'asked' | 'done' | 'refused';
  /** Milliseconds since 1970. */
  time: number;
}

/** Everything that a frame of the run's screen is drawn from. */
export interface Scene {
  state: DashboardState;
  view: View;
  liveness: Liveness;
  notice: Notice | null;
  theme: Theme;
  /** Milliseconds since 1970. */
  now: number;
  steers: Steers;
  /** How a replay goes; null: it is none. */
  playback: { isPaused: boolean; speed: number } | null;
  /** The command line that shows the same. */
  commandLine: string;
}

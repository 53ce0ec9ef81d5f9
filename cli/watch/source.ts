import type { ControlAnswer, ControlCommand } from '../control/protocol.ts';
import type { GlueEvent } from '../glue/events.ts';
import type { StampedEvent } from '../run/events.ts';

/** Whether the process of a run is there. */
export interface Liveness {
  /** `died`: its process is gone, and left no word. */
  state: 'alive' | 'ended' | 'died';
  /** When the process last said that it is there; null: never. */
  heartbeat: Date | null;
  /** Folder of the newest checkpoint that is whole; null: there is none. */
  lastCheckpoint: string | null;
  /** The command that goes on with what is not done; null: nothing is left to do, or it is being done. */
  resume: string | null;
}

/** What every process has that can be looked at from elsewhere. */
interface Watched<Event> {
  /**
   * Its events from the beginning, in batches as they come. Ends when the process has ended (or died) and all is read, or
   * quietly when the signal aborts.
   * @throws DataError when they cannot be read
   */
  events(signal: AbortSignal): AsyncIterable<Event[]>;
  /**
   * Hears that the log was replaced (a run that goes on after an earlier checkpoint, or another run in its folder): what was
   * told is void, and the next batch begins anew. Called between two batches.
   */
  onRestart?(listener: () => void): void;
  /** What the process prints beside events, line by line. */
  log?(onLine: (line: string) => void): void;
  /** undefined: it cannot be steered (a replay, a run that has ended). */
  readonly control?: ((command: ControlCommand) => Promise<ControlAnswer>) | undefined;
  /**
   * What Ctrl-C does to a run that this command began: stop and save, then give up. undefined: it was begun elsewhere, and Ctrl-C
   * asks what is wanted.
   */
  readonly interrupt?: (() => Promise<ControlAnswer>) | undefined;
  liveness(): Liveness;
  /** Leaves it going on without us. undefined: nothing to detach from. */
  readonly detach?: (() => void) | undefined;
}

/** Where a dashboard gets a run from. */
export interface RunSource extends Watched<StampedEvent> {
  /** Folder of the run, once it is known. */
  folder(): string | null;
  /** Lines of the log that were left out: damaged, or of a kind that this version does not know. */
  skipped?(): number;
  /** A replay's own controls. */
  readonly playback?: Playback | undefined;
}

/** How a finished run is played back. */
export interface Playback {
  readonly isPaused: boolean;
  /** How many times faster than it was. May be changed. */
  speed: number;
  pause(): void;
  resume(): void;
  /** Gives everything up to that step at once, and goes on from there. A step that has passed changes nothing. */
  jumpTo(step: number): void;
}

/**
 * Where a dashboard gets a benchmark from: what is said of the benchmark as a whole, and the training run of the moment as a
 * source of its own. Steering goes to the run of the moment; `stop` ends the benchmark after its step.
 */
export interface GlueSource extends Watched<GlueEvent> {
  /** Folder of the benchmark. */
  folder(): string;
  /** A training run of it. @param folder as the events name it, relative to the benchmark's */
  run(folder: string): RunSource;
}

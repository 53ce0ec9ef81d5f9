import { type ReactElement, useEffect, useRef, useState } from 'react';
import type { Playback, RunSource } from '../../watch/source.ts';
import { actionOf } from '../keys.ts';
import { isOver, statusOf } from '../state/derive.ts';
import type { DashboardState } from '../state/state.ts';
import { type Key, useKeys, useScreenSize } from '../terminal/hooks.ts';
import { Canvas } from '../terminal/overlay.tsx';
import { useTheme } from '../theme.ts';
import { type Frame, frameOf, layoutOf } from './frame.ts';
import { askKeys, bindingsOf } from './keys.ts';
import { otherMetrics } from './panels/curves.ts';
import { panels, panelsOf } from './panels.ts';
import type { Scene } from './scene.ts';
import { useControl } from './use-control.ts';
import { useRun } from './use-run.ts';
import { initialView, type View, viewed } from './view.ts';

/** How a person left the screen of a run, and what the run was then. */
export type OnLeave = (why: 'ended' | 'detached' | 'back', state: DashboardState) => void;

/**
 * A run that is going on, has ended or is replayed: its plots, diagnostics and log, and the keys that steer it.
 * @param props.commandLine what a person types to see the same
 */
export function RunScreen(props: { source: RunSource; onLeave: OnLeave; commandLine: string }): ReactElement {
  const { source, onLeave, commandLine } = props;
  const size = useScreenSize();
  const theme = useTheme();
  const { state, liveness, now } = useRun(source);
  const [view, setView] = useState<View>(initialView);
  const isOverNow = isOver(statusOf(state, liveness));
  const { playback } = source;
  const steers = isOverNow ? 'nothing' : source.control !== undefined ? 'run' : playback ? 'replay' : 'nothing';
  const { notice, ask, say, pending } = useControl(source.control, state.step);
  const isDetached = useRef(false);

  useEffect(() => {
    if (isOverNow) setView((before) => ({ ...before, panel: 'summary', scroll: 0, overlay: 'none' }));
  }, [isOverNow]);

  const replay = playback === undefined ? null : { isPaused: playback.isPaused, speed: playback.speed };
  const scene: Scene = { state, view, liveness, notice, theme, now, steers, playback: replay, commandLine };
  const frame: Frame = frameOf(scene, size);

  const interrupt = () => {
    // Who only looks on does not end somebody's run by a key that elsewhere leaves.
    if (source.interrupt === undefined) setView((before) => ({ ...before, overlay: 'ask' }));
    else ask(pending.has('stop') || state.end !== null ? 'abort' : 'stop', source.interrupt);
  };
  const leave = (why: 'ended' | 'detached' | 'back') => {
    if (isDetached.current) return;
    isDetached.current = true;
    if (why === 'detached') source.detach?.();
    onLeave(why, state);
  };

  const answer = (key: Key) => {
    const action = actionOf(askKeys, key.name);
    if (action === undefined) return;
    setView((before) => ({ ...before, overlay: 'none' }));
    if (action === 'leave' || (action === 'interrupt' && source.interrupt === undefined)) leave('detached');
    else if (action === 'interrupt') interrupt();
    else if (action !== 'cancel') ask(action);
  };

  useKeys((key) => {
    if (view.overlay === 'ask') return answer(key);
    if (view.overlay === 'help' && key.name !== 'ctrl+c') return setView((before) => ({ ...before, overlay: 'none' }));
    const shows = layoutOf(size) === 'list' ? 'figure' : panels[view.panel].shows;
    const action = actionOf(bindingsOf({ steers, shows }), key.name);
    switch (action) {
      case undefined:
        if (isOverNow) return leave('ended');
        if (steers !== 'run' && ['q', 'escape', 'ctrl+c'].includes(key.name)) return leave('back');
        return;
      case 'pause':
        return ask(pending.has('pause') || (state.paused && !pending.has('resume')) ? 'resume' : 'pause');
      case 'save':
      case 'evaluate':
        return ask(action);
      case 'interrupt':
        return interrupt();
      case 'hold':
      case 'faster':
      case 'slower':
      case 'to-end':
        return say(played(playback!, action));
      default:
        setView((before) =>
          viewed(before, action, key.name, {
            panels: panelsOf(state),
            steps: view.panel === 'rate' ? (state.start?.totalSteps ?? 0) : state.step,
            mostScroll: frame.mostScroll,
            page: frame.page,
            metrics: otherMetrics(state).length,
          }),
        );
    }
  });
  return <Canvas width={size.columns} height={size.rows} rows={frame.rows} />;
}

/** Moves a replay on, and says how it goes then. */
function played(playback: Playback, action: 'hold' | 'faster' | 'slower' | 'to-end'): string {
  if (action === 'to-end') {
    playback.jumpTo(Number.POSITIVE_INFINITY);
    return 'to the end of the replay';
  }
  if (action === 'hold') {
    if (playback.isPaused) playback.resume();
    else playback.pause();
    return playback.isPaused ? 'the replay is held' : 'the replay goes on';
  }
  playback.speed *= action === 'faster' ? 2 : 0.5;
  return `the replay is ${Number(playback.speed.toPrecision(3))} times as fast as the run was`;
}

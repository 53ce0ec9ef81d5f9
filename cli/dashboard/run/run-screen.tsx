import { type ReactElement, useEffect, useRef, useState } from 'react';
import type { RunSource } from '../../watch/source.ts';
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
  const canSteer = source.control !== undefined && !isOverNow;
  const { notice, ask, pending } = useControl(source.control, state.step);
  const isDetached = useRef(false);

  useEffect(() => {
    if (isOverNow) setView((before) => ({ ...before, panel: 'summary', scroll: 0, overlay: 'none' }));
  }, [isOverNow]);

  const scene: Scene = { state, view, liveness, notice, theme, now, canSteer, commandLine };
  const frame: Frame = frameOf(scene, size);

  const interrupt = () => ask(pending.has('stop') || state.end !== null ? 'abort' : 'stop');
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
    if (action === 'leave') leave('detached');
    else if (action === 'interrupt') interrupt();
    else if (action !== 'cancel') ask(action);
  };

  useKeys((key) => {
    if (view.overlay === 'ask') return answer(key);
    if (view.overlay === 'help' && key.name !== 'ctrl+c') return setView((before) => ({ ...before, overlay: 'none' }));
    const shows = layoutOf(size) === 'list' ? 'figure' : panels[view.panel].shows;
    const action = actionOf(bindingsOf({ canSteer, shows }), key.name);
    switch (action) {
      case undefined:
        if (isOverNow) return leave('ended');
        if (!canSteer && ['q', 'escape', 'ctrl+c'].includes(key.name)) return leave('back');
        return;
      case 'pause':
        return ask(pending.has('pause') || (state.paused && !pending.has('resume')) ? 'resume' : 'pause');
      case 'save':
      case 'evaluate':
        return ask(action);
      case 'interrupt':
        return interrupt();
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

import { type ReactElement, useMemo, useRef, useState } from 'react';
import type { GlueSource, RunSource } from '../../watch/source.ts';
import { actionOf } from '../keys.ts';
import { RunScreen } from '../run/run-screen.tsx';
import type { Scene } from '../run/scene.ts';
import { useControl } from '../run/use-control.ts';
import { useRun } from '../run/use-run.ts';
import { initialView } from '../run/view.ts';
import { problemRows } from '../start/problem.ts';
import { etaOf } from '../state/derive.ts';
import { type Key, useKeys, useScreenSize } from '../terminal/hooks.ts';
import { Canvas } from '../terminal/overlay.tsx';
import { useTheme } from '../theme.ts';
import { type BoardScene, boardFrame, isOver, plots } from './board-frame.ts';
import { askKeys, bindingsOf } from './keys.ts';
import { useBenchmark } from './use-benchmark.ts';

/** How a person left the screen of a benchmark. */
export type OnLeaveGlue = (why: 'ended' | 'detached' | 'back') => void;

/**
 * A benchmark that is going on or has ended: the table of its tasks and seeds, beneath it the plots of the run of the moment.
 * @param props.commandLine what a person types to see the same
 */
export function GlueScreen(props: { source: GlueSource; onLeave: OnLeaveGlue; commandLine: string }): ReactElement {
  const { source, commandLine, onLeave } = props;
  const [opened, setOpened] = useState<RunSource | null>(null);
  if (opened !== null) {
    return <RunScreen source={opened} onLeave={() => setOpened(null)} commandLine={commandLine} />;
  }
  return <BoardScreen {...{ source, commandLine, onLeave }} onOpen={(folder) => setOpened(source.run(folder))} />;
}

/** Stands for the run of the moment while there is none. */
const noRun: RunSource = {
  async *events() {},
  liveness: () => ({ state: 'alive', heartbeat: null, lastCheckpoint: null, resume: null }),
  folder: () => null,
};

function BoardScreen(props: {
  source: GlueSource;
  commandLine: string;
  onLeave: OnLeaveGlue;
  onOpen: (folder: string) => void;
}): ReactElement {
  const { source, commandLine, onLeave, onOpen } = props;
  const theme = useTheme();
  const size = useScreenSize();
  const { board, liveness, problem } = useBenchmark(source);
  const folder = board.current?.folder ?? null;
  const runSource = useMemo(() => (folder === null ? noRun : source.run(folder)), [source, folder]);
  const run = useRun(runSource);
  const [overlay, setOverlay] = useState<BoardScene['overlay']>('none');
  const [plot, setPlot] = useState(0);
  const [scroll, setScroll] = useState(0);
  const isOverNow = isOver({ board, liveness });
  const canSteer = source.control !== undefined && !isOverNow;
  const { notice, ask, pending } = useControl(source.control, run.state.step);
  const hasLeft = useRef(false);

  const ofRun: Scene | null =
    folder === null
      ? null
      : { ...run, view: initialView, notice: null, theme, steers: 'nothing', playback: null, commandLine: '' };
  const eta = etaOf(run.state, run.now);
  const { began, time } = run.state;
  const taken = began === null || time === null ? 0 : (time - began) / 1000;
  const scene: BoardScene = {
    ...{ board, liveness, theme, commandLine, canSteer, overlay, notice, plot, scroll },
    run: ofRun,
    pace: folder === null || eta === null ? null : { taken, left: eta.seconds },
    problem: problem === null ? [] : problemRows(problem.error, size.columns, theme),
  };
  const frame = boardFrame(scene, size);

  const leave = (why: 'ended' | 'detached' | 'back') => {
    if (hasLeft.current) return;
    hasLeft.current = true;
    if (why === 'detached') source.detach?.();
    onLeave(why);
  };
  const interrupt = () => ask(pending.has('stop') ? 'abort' : 'stop');
  const answer = (key: Key) => {
    const action = actionOf(askKeys, key.name);
    if (action === undefined) return;
    setOverlay('none');
    if (action === 'leave') leave('detached');
    else if (action === 'interrupt') interrupt();
    else if (action !== 'cancel') ask(action);
  };

  useKeys((key) => {
    if (overlay === 'ask') return answer(key);
    if (overlay === 'help') return setOverlay('none');
    switch (actionOf(bindingsOf(canSteer), key.name)) {
      case undefined:
        if (isOverNow) return leave('ended');
        if (!canSteer && ['q', 'escape', 'ctrl+c'].includes(key.name)) return leave('back');
        return;
      case 'pause':
        return ask(pending.has('pause') || (run.state.paused && !pending.has('resume')) ? 'resume' : 'pause');
      case 'ask':
        return setOverlay('ask');
      case 'interrupt':
        return interrupt();
      case 'open':
        return folder === null ? (isOverNow ? leave('ended') : undefined) : onOpen(folder);
      case 'plot':
        return setPlot((plot + 1) % plots.length);
      case 'up':
        return setScroll(Math.max(0, Math.min(scroll, frame.mostScroll) - 1));
      case 'down':
        return setScroll(Math.min(frame.mostScroll, scroll + 1));
      case 'help':
        return setOverlay('help');
    }
  });
  return <Canvas width={size.columns} height={size.rows} rows={frame.rows} />;
}

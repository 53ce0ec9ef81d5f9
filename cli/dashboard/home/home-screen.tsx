import { type ReactElement, useRef, useState } from 'react';
import type { Context } from '../../context.ts';
import { hasRecord } from '../../glue/record.ts';
import type { TrainJob } from '../../run/job.ts';
import type { GlueSource, RunSource } from '../../watch/source.ts';
import { CompareScreen } from '../compare/compare-screen.tsx';
import { GlueScreen } from '../glue/glue-screen.tsx';
import { RunScreen } from '../run/run-screen.tsx';
import { RunsScreen } from '../runs/runs-screen.tsx';
import { resumeJobOf } from '../start/draft.ts';
import { GlueStartScreen, initialGlueStart } from '../start/glue-start-screen.tsx';
import { shellLine } from '../start/shell.ts';
import { initialStart, StartScreen } from '../start/start-screen.tsx';
import { useKeys } from '../terminal/hooks.ts';
import { TryScreen } from '../try/try-screen.tsx';
import { HelpScreen } from './help-screen.tsx';
import type { Door } from './menu.ts';
import { MenuScreen, type Told } from './menu-screen.tsx';

/** A run that was started from here. */
export type Started<Source> = Source & { done: Promise<unknown> };

/** How runs come about and are found again. */
export interface Doors {
  /** Throws at once what keeps it from beginning; `done` rejects with what comes later. */
  train(job: TrainJob): Started<RunSource>;
  /** @param onLine told what it says while it begins */
  glue(run: string, words: readonly string[], onLine: (line: string) => void): Promise<GlueSource>;
  watch(folder: string): RunSource;
  watchGlue(folder: string): GlueSource;
}

/** Where a person is. */
type Place =
  | { at: 'menu' | 'start' | 'glue' | 'runs' | 'help' }
  | { at: 'run'; source: RunSource; commandLine: string; back: 'start' | 'runs' }
  | { at: 'benchmark'; source: GlueSource; commandLine: string; back: 'menu' | 'runs' }
  | { at: 'compare'; runs: readonly string[] }
  | { at: 'try'; model: string | null };

/**
 * Everything that can be done, from one place.
 * @param props.help what the help says
 * @param props.onLeave back to the shell
 */
export function HomeScreen(props: {
  context: Context;
  doors: Doors;
  version: string;
  help: string;
  onLeave: () => void;
}): ReactElement {
  const { context, doors, version, help, onLeave } = props;
  const [place, setPlace] = useState<Place>({ at: 'menu' });
  const [told, setTold] = useState<Told>(null);
  const [start, setStart] = useState(initialStart);
  const [glue, setGlue] = useState(initialGlueStart);
  // Why a run that was started from here came to nothing.
  const failed = useRef<{ error: unknown } | null>(null);
  const isShown = place.at === 'run' || place.at === 'benchmark';

  const go = (to: Place, news: Told = null) => {
    setTold(news);
    setPlace(to);
  };
  const menu = (news: Told = null) => go({ at: 'menu' }, news);
  const open = (door: Door) => {
    if (door === 'quit') onLeave();
    else if (door === 'try') go({ at: 'try', model: null });
    else go({ at: door });
  };
  const train = (job: TrainJob, commandLine: string, back: 'start' | 'runs') => {
    const source = doors.train(job);
    failed.current = null;
    source.done.catch((error: unknown) => {
      failed.current = { error };
      // It never came to have a folder: there is nothing to see, but a mistake in the data or the settings to put right.
      if (source.folder() !== null) return;
      if (back === 'start') setStart((before) => ({ ...before, failure: { error } }));
      else setTold({ error });
      const to: Place = { at: back === 'start' ? 'start' : 'menu' };
      setPlace((before) => (before.at === 'run' && before.source === source ? to : before));
    });
    go({ at: 'run', source, commandLine, back });
  };
  /** A run, or a benchmark, that is going on or has ended. */
  const watch = (folder: string) => {
    failed.current = null;
    const commandLine = shellLine(['distiltune', 'watch', folder]);
    if (hasRecord(folder)) go({ at: 'benchmark', source: doors.watchGlue(folder), commandLine, back: 'runs' });
    else go({ at: 'run', source: doors.watch(folder), commandLine, back: 'runs' });
  };
  const resume = (folder: string) => {
    const commandLine = shellLine(['distiltune', 'train', '--resume', folder]);
    resumeJobOf(folder, context.environment).then(
      (job) => train(job, commandLine, 'runs'),
      (error) => menu({ error }),
    );
  };
  /** Back to where a run was opened, with what became of it. */
  const leaveRun = (back: 'menu' | 'start' | 'runs', why: 'ended' | 'detached' | 'back', folder: string | null) => {
    if (back === 'start' && why !== 'detached') setStart(initialStart);
    if (back === 'runs' && failed.current === null) go({ at: 'runs' });
    else menu(newsOf(why, folder, failed.current));
  };
  const benchmark = (run: string, words: readonly string[]) => {
    const progress = (line: string | null, failure: { error: unknown } | null = null) =>
      setGlue((before) => ({ ...before, failure, progress: line }));
    progress('reading the tasks');
    doors.glue(run, words.slice(1), progress).then(
      (source) => {
        progress(null);
        const to: Place = { at: 'benchmark', source, commandLine: shellLine(words), back: 'menu' };
        // Who has gone elsewhere meanwhile stays there.
        setPlace((before) => (before.at === 'glue' ? to : before));
      },
      (error) => progress(null, { error }),
    );
  };

  // A run has its own meaning of the key.
  useKeys(({ name }) => name === 'ctrl+c' && onLeave(), { isActive: !isShown });

  switch (place.at) {
    case 'menu':
      return <MenuScreen version={version} told={told} onDoor={open} />;
    case 'help':
      return <HelpScreen text={help} onBack={() => menu()} />;
    case 'start':
      return (
        <StartScreen
          context={context}
          state={start}
          onChange={setStart}
          onLaunch={(job, words) => train(job, shellLine(words), 'start')}
          onBack={() => menu()}
        />
      );
    case 'glue':
      return <GlueStartScreen state={glue} onChange={setGlue} onLaunch={benchmark} onBack={() => menu()} />;
    case 'runs':
      return (
        <RunsScreen
          context={context}
          folder="runs"
          onOpen={watch}
          onCompare={(runs) => go({ at: 'compare', runs })}
          onResume={resume}
          onTry={(model) => go({ at: 'try', model })}
          onBack={() => menu()}
        />
      );
    case 'compare':
      return <CompareScreen runs={place.runs} onBack={() => go({ at: 'runs' })} />;
    case 'try': {
      const { model } = place;
      if (model === null) return <TryScreen context={context} onBack={() => menu()} />;
      return <TryScreen context={context} model={model} onBack={() => go({ at: 'runs' })} />;
    }
    case 'run': {
      const { source, commandLine, back } = place;
      return (
        <RunScreen source={source} commandLine={commandLine} onLeave={(why) => leaveRun(back, why, source.folder())} />
      );
    }
    case 'benchmark': {
      const { source, commandLine, back } = place;
      return (
        <GlueScreen source={source} commandLine={commandLine} onLeave={(why) => leaveRun(back, why, source.folder())} />
      );
    }
  }
}

function newsOf(why: 'ended' | 'detached' | 'back', folder: string | null, failure: { error: unknown } | null): Told {
  if (failure !== null) return failure;
  if (folder === null) return null;
  if (why === 'detached')
    return { text: `it goes on; see it again with: ${shellLine(['distiltune', 'watch', folder])}` };
  return why === 'ended' ? { text: `what came of it is in ${folder}` } : null;
}

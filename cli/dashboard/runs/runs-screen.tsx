import { type ReactElement, useState } from 'react';
import { UsageError } from '../../../src/errors.ts';
import type { Context } from '../../context.ts';
import { readGlueStatus } from '../../glue/status.ts';
import { plural } from '../../plain/table.ts';
import { removeRuns } from '../../runs/remove.ts';
import { livenessOf } from '../../watch/liveness.ts';
import { actionOf } from '../keys.ts';
import { row, wrapped } from '../run/text.ts';
import { fileSize } from '../start/choose-rows.ts';
import { bodySize } from '../start/page.ts';
import { PageScreen } from '../start/page-screen.tsx';
import { problemRows } from '../start/problem.ts';
import { selected } from '../start/selection.ts';
import { fieldOf, typed } from '../start/text-field.ts';
import { useKeys, useScreenSize } from '../terminal/hooks.ts';
import { useTheme } from '../theme.ts';
import { removeKeys, runsKeys } from './keys.ts';
import { runsPage, runsRows } from './runs-rows.ts';
import { filtered, type ListedRun, type Sorting, sorted, sortings } from './sorting.ts';
import { useRuns } from './use-runs.ts';

/**
 * The runs in a folder: typing looks for some, keys open, compare, resume, try and remove them.
 * @param props.folder that the runs lie in
 * @param props.onOpen given the folder of a run, or of a benchmark
 * @param props.onResume given the folder of a run that was interrupted
 */
export function RunsScreen(props: {
  context: Context;
  folder: string;
  onOpen: (run: string) => void;
  onCompare: (runs: string[]) => void;
  onResume: (run: string) => void;
  onTry: (run: string) => void;
  onBack: () => void;
}): ReactElement {
  const { context, folder: parent, onOpen, onCompare, onResume, onTry, onBack } = props;
  const theme = useTheme();
  const size = useScreenSize();
  const { runs: all, problem: unread, refresh } = useRuns(parent);
  const [filter, setFilter] = useState(fieldOf(''));
  const [sorting, setSorting] = useState<Sorting>('time');
  // By its folder: the list changes under a person's hands. null: the first.
  const [chosen, setChosen] = useState<string | null>(null);
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [asked, setAsked] = useState<readonly ListedRun[] | null>(null);
  const [failure, setFailure] = useState<{ error: unknown } | null>(null);
  const [isHelp, setHelp] = useState(false);

  const runs = all === null ? null : sorted(filtered(all, filter.text), sorting);
  const list = runs ?? [];
  const index = Math.max(
    0,
    list.findIndex(({ folder }) => folder === chosen),
  );
  const run = list[index];
  // Marks of runs that are gone count no more; those that the filter hides do.
  const picked = (all ?? []).filter(({ folder }) => marked.has(folder));
  const words =
    asked !== null
      ? ['distiltune', 'runs', 'rm', ...asked.map(({ folder }) => folder)]
      : picked.length > 1
        ? ['distiltune', 'runs', 'compare', ...picked.map(({ folder }) => folder)]
        : run === undefined
          ? ['distiltune', 'runs', 'ls', ...(parent === 'runs' ? [] : [parent])]
          : ['distiltune', 'watch', run.folder];
  const { width, height } = bodySize(size, words, theme);
  const problem = failure ?? unread;
  const question = asked === null ? [] : questionRows(asked, width);
  const notice = asked === null ? (problem === null ? [] : problemRows(problem.error, width, theme)) : question;
  const page = runsPage(height, notice.length);

  function questionRows(runsToRemove: readonly ListedRun[], columns: number): string[] {
    const bytes = runsToRemove.every((each) => each.bytes !== null)
      ? `, ${fileSize(runsToRemove.reduce((sum, each) => sum + each.bytes!, 0))} in all`
      : '';
    const what = runsToRemove.length === 1 ? runsToRemove[0]!.folder : plural(runsToRemove.length, 'run');
    const its = runsToRemove.length === 1 ? 'its model' : 'their models';
    const text = `Remove ${what} with ${its}${bytes}? y removes, any other key keeps.`;
    return wrapped(text, columns - 1, 3, theme).map((line) => row([['warn', line]], columns, theme));
  }

  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      setFailure({ error });
    }
  };
  const open = () => {
    if (picked.length > 1) onCompare(picked.map(({ folder }) => folder));
    else if (run !== undefined) onOpen(run.folder);
  };
  const mark = () => {
    if (run === undefined) return;
    const next = new Set(marked);
    if (!next.delete(run.folder)) next.add(run.folder);
    setMarked(next);
    setChosen(list[selected(index, 'down', list.length, page)]!.folder);
  };
  const resume = (of: ListedRun) => {
    if (of.kind === 'benchmark') {
      throw new UsageError('a benchmark is gone on with where it is run', {
        where: of.folder,
        fix: readGlueStatus(of.folder)?.command ?? 'distiltune glue run',
      });
    }
    if (livenessOf(of.folder).resume === null) {
      throw new UsageError(of.pid === null ? 'there is nothing to go on with: it has ended' : 'the run is going on', {
        where: of.folder,
        fix: of.pid === null ? 'fine-tune anew' : 'open it with return',
      });
    }
    onResume(of.folder);
  };
  const remove = (gone: readonly ListedRun[]) => {
    const silent = { ...context, json: false, note: () => {} };
    removeRuns(
      gone.map(({ folder }) => folder),
      true,
      silent,
    )
      .then(
        () => setMarked(new Set()),
        (error) => setFailure({ error }),
      )
      .finally(refresh);
  };
  const back = () => {
    if (filter.text !== '') setFilter(fieldOf(''));
    else if (marked.size > 0) setMarked(new Set());
    else onBack();
  };

  useKeys((key) => {
    if (isHelp) return setHelp(false);
    setFailure(null);
    if (asked !== null) {
      setAsked(null);
      return actionOf(removeKeys, key.name) === 'yes' ? remove(asked) : undefined;
    }
    const action = actionOf(runsKeys, key.name);
    switch (action) {
      case undefined:
        return setFilter(typed(filter, key));
      case 'open':
        return open();
      case 'mark':
        return mark();
      case 'sort':
        return setSorting(sortings[(sortings.indexOf(sorting) + 1) % sortings.length]!);
      case 'resume':
        return run === undefined ? undefined : attempt(() => resume(run));
      case 'try':
        return run === undefined || run.kind === 'benchmark' ? undefined : onTry(run.folder);
      case 'remove':
        return setAsked(picked.length > 0 ? picked : run === undefined ? null : [run]);
      case 'back':
        return back();
      case 'help':
        return setHelp(true);
      default:
        return setChosen(list[selected(index, action, list.length, page)]?.folder ?? null);
    }
  });

  const view = { filter, runs, total: all?.length ?? 0, parent, index, marked, sorting, now: Date.now(), notice };
  const body = runsRows(view, width, height, theme);
  const bindings = asked !== null ? removeKeys : picked.length > 1 ? comparing(picked.length) : runsKeys;
  return <PageScreen {...{ title: 'runs', place: parent, body, words, bindings, isHelp }} />;
}

/** The footer says what return does now. */
const comparing = (count: number) =>
  runsKeys.map((binding) => (binding.action === 'open' ? { ...binding, footer: `compare ${count}` } : binding));

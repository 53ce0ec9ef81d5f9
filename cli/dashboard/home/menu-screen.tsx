import { type ReactElement, useEffect, useState } from 'react';
import { formatMetric } from '../../plain/report.ts';
import { mainMetric, type Run, readRuns } from '../../runs/read.ts';
import { actionOf } from '../keys.ts';
import { cell, row, wrapped } from '../run/text.ts';
import { bodySize } from '../start/page.ts';
import { PageScreen } from '../start/page-screen.tsx';
import { problemRows } from '../start/problem.ts';
import { selected } from '../start/selection.ts';
import { useKeys, useScreenSize } from '../terminal/hooks.ts';
import { type Theme, useTheme } from '../theme.ts';
import { type Door, menu, menuKeys, menuRows } from './menu.ts';

/** What happened on the screen that was left. */
export type Told = { text: string } | { error: unknown } | null;

/** Runs go on while the screen is looked at. */
const lookMs = 2000;

/** Everything that can be done, and the latest runs where there is room for them. */
export function MenuScreen(props: { version: string; told: Told; onDoor: (door: Door) => void }): ReactElement {
  const { version, told, onDoor } = props;
  const theme = useTheme();
  const size = useScreenSize();
  const [index, setIndex] = useState(0);
  const [runs, setRuns] = useState<readonly Run[]>([]);
  useEffect(() => {
    let isWanted = true;
    const look = () => {
      // Where there are none, or they cannot be read, the screen of the runs says so.
      readRuns('runs').then(
        (found) => isWanted && setRuns(found),
        () => {},
      );
    };
    look();
    const timer = setInterval(look, lookMs);
    return () => {
      isWanted = false;
      clearInterval(timer);
    };
  }, []);

  useKeys(({ name }) => {
    const action = actionOf(menuKeys, name);
    switch (action) {
      case undefined:
        return;
      case 'open':
        return onDoor(menu[index]!.door);
      case 'up':
      case 'down':
      case 'page-up':
      case 'page-down':
      case 'top':
      case 'bottom':
        return setIndex(selected(index, action, menu.length, menu.length));
      default:
        return onDoor(action);
    }
  });

  const { words } = menu[index]!;
  const { width, height } = bodySize(size, words, theme);
  const news = toldRows(told, width, theme);
  const list = menuRows(index, width, theme);
  const room = height - list.length - news.length - 2;
  const latest = room >= 3 ? latestRuns(runs, width, room - 1, theme) : [];
  const blank = row([], width, theme);
  const body = [...list, blank, ...news, ...(news.length > 0 ? [blank] : []), ...latest];
  return <PageScreen {...{ title: 'home', place: version, body, words, bindings: menuKeys, isHelp: false }} />;
}

function toldRows(told: Told, width: number, theme: Theme): string[] {
  if (told === null) return [];
  if ('error' in told) return problemRows(told.error, width, theme);
  return wrapped(told.text, width, 3, theme).map((text) => row([['good', text]], width, theme));
}

function latestRuns(runs: readonly Run[], width: number, most: number, theme: Theme): string[] {
  if (runs.length === 0) return [];
  const shown = runs.slice(0, most);
  const nameWidth = Math.min(40, Math.max(12, Math.floor(width / 2) - 4));
  const more = runs.length > shown.length ? `, ${shown.length} of ${runs.length}` : '';
  return [
    row([['dim', `the latest runs${more}`]], width, theme),
    ...shown.map((run) => {
      const metric = mainMetric(run);
      const score = metric === null ? '' : `${metric.name} ${formatMetric(metric.value)}`;
      const state = cell(run.state, 14, theme);
      return row(['  ', cell(run.folder, nameWidth, theme), '  ', ['dim', state], '  ', score], width, theme);
    }),
  ];
}

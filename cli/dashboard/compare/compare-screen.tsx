import { type ReactElement, useState } from 'react';
import { actionOf } from '../keys.ts';
import { row } from '../run/text.ts';
import { smoothings } from '../run/view.ts';
import { bodySize } from '../start/page.ts';
import { PageScreen } from '../start/page-screen.tsx';
import { problemRows } from '../start/problem.ts';
import { useKeys, useScreenSize } from '../terminal/hooks.ts';
import { useTheme } from '../theme.ts';
import { type CompareBody, compareBody, panelsOf } from './compare-rows.ts';
import { type Axis, axes } from './curves.ts';
import { compareKeys } from './keys.ts';
import { useComparison } from './use-comparison.ts';

/**
 * Runs, or benchmarks, over each other: curves, metrics with their differences, settings that differ.
 * @param props.runs folders, two or more; differences are to the first
 */
export function CompareScreen(props: { runs: readonly string[]; onBack: () => void }): ReactElement {
  const { runs, onBack } = props;
  const theme = useTheme();
  const size = useScreenSize();
  const { comparison, curves, problem } = useComparison(runs);
  // By its title: panels come as curves are read.
  const [title, setTitle] = useState<string | null>(null);
  const [axis, setAxis] = useState<Axis>('step');
  const [smoothing, setSmoothing] = useState<(typeof smoothings)[number]>(0.9);
  const [isLog, setLog] = useState(false);
  const [scroll, setScroll] = useState(0);
  const [isHelp, setHelp] = useState(false);

  const words = ['distiltune', 'runs', 'compare', ...runs];
  const { width, height } = bodySize(size, words, theme);
  const panels = comparison === null ? [] : panelsOf(comparison, curves, size);
  const panel = Math.max(
    0,
    panels.findIndex((each) => each.title === title),
  );
  const body: CompareBody =
    problem !== null
      ? { rows: problemRows(problem.error, width, theme), mostScroll: 0, page: 1 }
      : comparison === null
        ? { rows: [row([['dim', 'reading the runs']], width, theme)], mostScroll: 0, page: 1 }
        : compareBody({ comparison, curves, panels, panel, axis, smoothing, isLog, scroll }, width, height, theme);

  const show = (to: number) => {
    if (panels[to] === undefined) return;
    setTitle(panels[to].title);
    setScroll(0);
  };
  const scrollTo = (to: number) => setScroll(Math.min(body.mostScroll, Math.max(0, to)));

  useKeys(({ name }) => {
    if (isHelp) return setHelp(false);
    const at = Math.min(scroll, body.mostScroll);
    switch (actionOf(compareKeys, name)) {
      case 'next-panel':
        return show((panel + 1) % panels.length);
      case 'previous-panel':
        return show((panel + panels.length - 1) % panels.length);
      case 'panel':
        return show(Number(name) - 1);
      case 'axis':
        return setAxis(axes[(axes.indexOf(axis) + 1) % axes.length]!);
      case 'smoothing':
        return setSmoothing(smoothings[(smoothings.indexOf(smoothing) + 1) % smoothings.length]!);
      case 'scale':
        return setLog(!isLog);
      case 'up':
        return scrollTo(at - 1);
      case 'down':
        return scrollTo(at + 1);
      case 'page-up':
        return scrollTo(at - body.page);
      case 'page-down':
        return scrollTo(at + body.page);
      case 'top':
        return scrollTo(0);
      case 'bottom':
        return scrollTo(body.mostScroll);
      case 'help':
        return setHelp(true);
      case 'back':
        return onBack();
      case undefined:
        return;
    }
  });
  return (
    <PageScreen
      {...{ title: 'compare', place: `${runs.length} runs`, body: body.rows, words, bindings: compareKeys, isHelp }}
    />
  );
}

import { type ReactElement, useState } from 'react';
import { actionOf } from '../keys.ts';
import { cell, filled, row, wrapped } from '../run/text.ts';
import { scoreText } from '../runs/runs-rows.ts';
import { filtered, type ListedRun, sorted } from '../runs/sorting.ts';
import { useRuns } from '../runs/use-runs.ts';
import { bodySize } from '../start/page.ts';
import { PageScreen } from '../start/page-screen.tsx';
import { problemRows } from '../start/problem.ts';
import { firstShown, selected } from '../start/selection.ts';
import { fieldOf, fieldPieces, typed } from '../start/text-field.ts';
import { useKeys, useScreenSize } from '../terminal/hooks.ts';
import { type Theme, useTheme } from '../theme.ts';
import { chooseModelKeys } from './keys.ts';

/** A run, or what was typed. */
type Choice = { run: ListedRun } | { typed: string };

/**
 * Chooses a model: a run of those in a folder, or what is typed, the folder of a model or a name of the hub.
 * @param props.folder that the runs lie in
 */
export function ChooseModelScreen(props: {
  folder: string;
  onChoose: (model: string) => void;
  onBack: () => void;
}): ReactElement {
  const { folder: parent, onChoose, onBack } = props;
  const theme = useTheme();
  const size = useScreenSize();
  const { runs, problem } = useRuns(parent);
  const [field, setField] = useState(fieldOf(''));
  const [moved, setMoved] = useState(0);
  const [isHelp, setHelp] = useState(false);

  const name = field.text.trim();
  const found = sorted(filtered(runs ?? [], field.text), 'time').filter(({ kind }) => kind === 'run');
  const choices: Choice[] = [...found.map((run) => ({ run })), ...(name === '' ? [] : [{ typed: name }])];
  const index = Math.min(moved, Math.max(0, choices.length - 1));
  const chosen = choices[index];
  const model = chosen === undefined ? null : nameOf(chosen);
  const words = ['distiltune', 'predict', model ?? 'RUN', 'TEXT'];
  const { width, height } = bodySize(size, words, theme);
  const wrong = problem === null ? [] : problemRows(problem.error, width, theme);
  const page = Math.max(1, height - 2 - wrong.length);

  useKeys((key) => {
    if (isHelp) return setHelp(false);
    const action = actionOf(chooseModelKeys, key.name);
    switch (action) {
      case undefined:
        setMoved(0);
        return setField(typed(field, key));
      case 'take':
        return model === null ? undefined : onChoose(model);
      case 'back':
        return field.text === '' ? onBack() : setField(fieldOf(''));
      case 'help':
        return setHelp(true);
      default:
        return setMoved(selected(index, action, choices.length, page));
    }
  });

  const label = 'model  ';
  const from = firstShown(index, choices.length, page);
  const nameWidth = Math.min(Math.max(10, ...choices.map((choice) => nameOf(choice).length)), Math.max(10, width - 30));
  const list = choices
    .slice(from, from + page)
    .map((choice, i) => choiceRow(choice, from + i === index, nameWidth, width, theme));
  const empty =
    runs === null ? 'reading the runs' : `no runs in ${parent}: type the folder of a model, or a name of the hub`;
  const body = [
    row([['accent', label], ...fieldPieces(field, width - label.length - 1, theme)], width, theme),
    row([], width, theme),
    ...(choices.length === 0
      ? wrapped(empty, width, 3, theme).map((line) => row([['dim', line]], width, theme))
      : list),
  ];
  const rows = [...filled(body, width, Math.max(0, height - wrong.length)), ...wrong];
  return (
    <PageScreen {...{ title: 'try a model', place: parent, body: rows, words, bindings: chooseModelKeys, isHelp }} />
  );
}

const nameOf = (choice: Choice): string => ('run' in choice ? choice.run.folder : choice.typed);

function choiceRow(choice: Choice, isChosen: boolean, nameWidth: number, width: number, theme: Theme): string {
  const mark = isChosen ? `${theme.glyphs.selected} ` : '  ';
  const name = cell(nameOf(choice), nameWidth, theme);
  const task = 'run' in choice ? (choice.run.task ?? '') : 'a folder, or a name of the hub';
  const score = 'run' in choice ? scoreText(choice.run) : '';
  const facts = `${task.padEnd(23)}  ${score}`.trimEnd();
  const cells = `${mark}${name}  ${facts}`;
  return isChosen ? row([['inverse', cells.padEnd(width)]], width, theme) : row([cells], width, theme);
}

import { type ReactElement, useState } from 'react';
import { actionOf } from '../keys.ts';
import { cut, row } from '../run/text.ts';
import { useKeys, useScreenSize } from '../terminal/hooks.ts';
import { useTheme } from '../theme.ts';
import { editKeys, settingsKeys } from './keys.ts';
import { bodySize } from './page.ts';
import { PageScreen } from './page-screen.tsx';
import { problemRows } from './problem.ts';
import { selected } from './selection.ts';
import { type Item, nextChoice } from './settings.ts';
import { settingsPage, settingsRows } from './settings-rows.ts';
import { fieldOf, type TextField, typed } from './text-field.ts';

/**
 * Settings as a list, each with its value and meaning; a value is typed in its place.
 * @param props.onValue takes a value that was typed; what it returns is wrong with it
 */
export function SettingsScreen(props: {
  title: string;
  place: string;
  items: readonly Item[];
  words: readonly string[];
  /** What is wrong with the settings together, or with the start; null: nothing. */
  problem: { error: unknown } | null;
  /** What the start is at; null: it was not asked for. */
  progress?: string | null;
  onValue: (key: string, text: string) => string | null;
  onDefault: (key: string) => void;
  onAll: () => void;
  onStart: () => void;
  onBack: () => void;
}): ReactElement {
  const { title, place, items, words, onValue, onDefault, onAll, onStart, onBack } = props;
  const theme = useTheme();
  const size = useScreenSize();
  // By its key: the list becomes longer and shorter.
  const [key, setKey] = useState(items[0]!.key);
  const [field, setField] = useState<TextField | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const [isHelp, setHelp] = useState(false);
  const index = Math.max(
    0,
    items.findIndex((item) => item.key === key),
  );
  const item = items[index]!;
  const { width, height } = bodySize(size, words, theme);
  const isStarting = (props.progress ?? null) !== null;
  const problem = isStarting
    ? [row([['accent', cut(props.progress!, width, theme)]], width, theme)]
    : props.problem === null
      ? []
      : problemRows(props.problem.error, width, theme);
  const page = settingsPage(height, problem.length);

  const edit = (next: TextField | null) => {
    setField(next);
    setWrong(null);
  };
  const take = (text: string) => {
    const found = onValue(item.key, text);
    if (found === null) edit(null);
    else setWrong(found);
  };
  const choose = (step: 1 | -1) => {
    const value = nextChoice(item, step);
    if (value !== undefined) take(value);
  };

  useKeys((pressed) => {
    if (isHelp) return setHelp(false);
    if (field !== null) {
      const action = actionOf(editKeys, pressed.name);
      if (action === 'take') return take(field.text);
      return edit(action === 'leave' ? null : typed(field, pressed));
    }
    const action = actionOf(settingsKeys, pressed.name);
    switch (action) {
      case undefined:
        return;
      case 'edit':
        return edit(fieldOf(item.value === 'null' ? '' : item.value));
      case 'next':
        return choose(1);
      case 'previous':
        return choose(-1);
      case 'default':
        return onDefault(item.key);
      case 'all':
        return onAll();
      case 'start':
        return isStarting ? undefined : onStart();
      case 'back':
        return onBack();
      case 'help':
        return setHelp(true);
      default:
        setWrong(null);
        return setKey(items[selected(index, action, items.length, page)]!.key);
    }
  });

  const body = settingsRows({ items, index, field, wrong, problem }, width, height, theme);
  const bindings = field === null ? settingsKeys : editKeys;
  return <PageScreen {...{ title, place, body, words, bindings, isHelp }} />;
}

import { type ReactElement, useState } from 'react';
import { actionOf } from '../keys.ts';
import { filled } from '../run/text.ts';
import { useKeys, useScreenSize } from '../terminal/hooks.ts';
import { useTheme } from '../theme.ts';
import { previewKeys } from './keys.ts';
import { bodySize } from './page.ts';
import { PageScreen } from './page-screen.tsx';
import { type PreviewState, previewRows } from './preview-rows.ts';
import { problemRows } from './problem.ts';
import { selected } from './selection.ts';

/** The first rows of the data, how it is read and why, and what is odd about it. */
export function PreviewScreen(props: {
  state: PreviewState;
  /** What went wrong when the run was to be started; null: nothing. */
  failure: { error: unknown } | null;
  words: readonly string[];
  onSettings: () => void;
  onStart: () => void;
  onBack: () => void;
}): ReactElement {
  const { state, failure, words, onSettings, onStart, onBack } = props;
  const theme = useTheme();
  const size = useScreenSize();
  const [scroll, setScroll] = useState(0);
  const [isHelp, setHelp] = useState(false);
  const { width, height } = bodySize(size, words, theme);
  const wrong = state.problem ?? failure;
  const problem = wrong === null ? [] : problemRows(wrong.error, width, theme);
  const page = Math.max(0, height - problem.length);
  const rows = previewRows(state, width, height, theme);
  const most = Math.max(0, rows.length - page);
  const from = Math.min(scroll, most);

  useKeys(({ name }) => {
    if (isHelp) return setHelp(false);
    const action = actionOf(previewKeys, name);
    switch (action) {
      case undefined:
        return;
      case 'settings':
        return onSettings();
      case 'start':
        return onStart();
      case 'back':
        return onBack();
      case 'help':
        return setHelp(true);
      default:
        return setScroll(selected(from, action, most + 1, page));
    }
  });

  const shown = rows.slice(from, from + page);
  const body = [...(problem.length > 0 ? filled(shown, width, page) : shown), ...problem];
  const seen = most === 0 || width < 60 ? '' : `rows ${from + 1} to ${from + shown.length} of ${rows.length}  `;
  return (
    <PageScreen
      {...{ title: 'fine-tune a file', place: `${seen}2/3 data`, body, words, bindings: previewKeys, isHelp }}
    />
  );
}

import { type ReactElement, useState } from 'react';
import { actionOf, type Binding } from '../keys.ts';
import { row } from '../run/text.ts';
import { scrollKeys } from '../start/keys.ts';
import { bodySize } from '../start/page.ts';
import { PageScreen } from '../start/page-screen.tsx';
import { type ListAction, selected } from '../start/selection.ts';
import { useKeys, useScreenSize } from '../terminal/hooks.ts';
import { useTheme } from '../theme.ts';

const bindings: readonly Binding<ListAction | 'back'>[] = [
  ...scrollKeys,
  { keys: ['escape', 'q', 'return'], action: 'back', shown: 'esc', footer: 'back', isKept: true, help: 'back' },
];

const words = ['distiltune', '--help'];

/** What the command line can do, as its help says it. */
export function HelpScreen({ text, onBack }: { text: string; onBack: () => void }): ReactElement {
  const theme = useTheme();
  const size = useScreenSize();
  const [scroll, setScroll] = useState(0);
  const { width, height } = bodySize(size, words, theme);
  const lines = text.trimEnd().split('\n');
  const most = Math.max(0, lines.length - height);
  const from = Math.min(scroll, most);
  useKeys(({ name }) => {
    const action = actionOf(bindings, name);
    if (action === 'back') onBack();
    else if (action !== undefined) setScroll(selected(from, action, most + 1, height));
  });
  const body = lines.slice(from, from + height).map((line) => row([line.padEnd(width)], width, theme));
  return <PageScreen {...{ title: 'help', body, words, bindings, isHelp: false }} />;
}

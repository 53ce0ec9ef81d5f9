import { Box, Text } from 'ink';
import { type ReactElement, useState } from 'react';
import { useKeys, useScreenSize } from '../../cli/dashboard/terminal/hooks.ts';
import { Canvas } from '../../cli/dashboard/terminal/overlay.tsx';
import { useTheme } from '../../cli/dashboard/theme.ts';

/** A header, a plot of the size that is left, a footer. */
export function SizedScreen(): ReactElement {
  const { columns, rows } = useScreenSize();
  const theme = useTheme();
  const plot = Array.from({ length: rows - 2 }, (_, y) => theme.paint('accent', '⣿'.repeat(Math.max(0, columns - y))));
  return (
    <Box flexDirection="column">
      <Text>
        header {columns}x{rows}
      </Text>
      <Canvas width={columns} height={rows - 2} rows={plot} />
      <Text>footer</Text>
    </Box>
  );
}

/** More than fits, in both directions, with wide characters and codes that no view should write. */
export function OversizedScreen(): ReactElement {
  return (
    <Box flexDirection="column" width={300} height={100} flexShrink={0}>
      {Array.from({ length: 100 }, (_, y) => (
        <Text key={y} wrap="truncate">
          {`${y}${y % 2}${'漢字'.repeat(60)}`}
        </Text>
      ))}
    </Box>
  );
}

/** Shows what is typed into it; `d` opens a dialog in front of a plot, which takes the keys from then on. */
export function TypingScreen(): ReactElement {
  const [typed, setTyped] = useState('');
  const [isAsking, setAsking] = useState(false);
  useKeys(
    ({ name, text }) => {
      if (name === 'd') setAsking(true);
      else setTyped(typed + (text || `<${name}>`));
    },
    { isActive: !isAsking },
  );
  return (
    <Box flexDirection="column">
      <Text>typed: {typed}</Text>
      <Canvas width={12} height={3} rows={['............', '............', '............']} />
      {isAsking && <Dialog onAnswer={() => setAsking(false)} />}
    </Box>
  );
}

function Dialog({ onAnswer }: { onAnswer: () => void }): ReactElement {
  const [keys, setKeys] = useState('');
  useKeys(({ name }) => {
    if (name === 'escape') onAnswer();
    else setKeys(keys + name);
  });
  return (
    <Box position="absolute" marginLeft={2} marginTop={2}>
      <Text>[stop? {keys}]</Text>
    </Box>
  );
}

/** Throws when `x` is pressed. */
export function FailingScreen(): ReactElement {
  const [isBroken, setBroken] = useState(false);
  useKeys(({ name }) => setBroken(name === 'x'));
  if (isBroken) throw new Error('the view is broken');
  return <Text>fine</Text>;
}

/** A screen for tests of the terminal: a header, a plot that moves, the keys that came, a footer. Run on the built project. */
import { openHost } from '../../dist/cli/dashboard/terminal/host.js';

const { createElement, useEffect, useState } = await import('react');
const { Box, Text } = await import('ink');
const { useKeys, useScreenSize } = await import('../../dist/cli/dashboard/terminal/hooks.js');
const { Canvas } = await import('../../dist/cli/dashboard/terminal/overlay.js');
const { createTheme } = await import('../../dist/cli/dashboard/theme.js');

const theme = createTheme({ colors: true, charset: 'braille' });

function Demo({ onClose }) {
  const { columns, rows } = useScreenSize();
  const [tick, setTick] = useState(0);
  const [keys, setKeys] = useState([]);
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    const timer = setInterval(() => setTick((before) => before + 1), 50);
    return () => clearInterval(timer);
  }, []);
  useKeys(({ name }) => {
    if (name === 'q' || (name === 'ctrl+c' && keys.at(-1) === 'ctrl+c')) onClose();
    if (name === 'x') throw new Error('a key broke it');
    if (name === 'r') Promise.reject(new Error('a promise broke it'));
    if (name === 'v') setBroken(true);
    if (name === 'e') process.exit(7);
    if (name === 'w') process.stderr.write('a warning\n');
    setKeys([...keys, name]);
  });
  if (isBroken) throw new Error('a view broke it');
  const plot = Array.from({ length: rows - 3 }, (_, y) =>
    theme.paint('series1', '⣿'.repeat((tick * 3 + y * 7) % (columns + 1))),
  );
  return createElement(
    Box,
    { flexDirection: 'column' },
    createElement(Text, null, `HEADER ${columns}x${rows} pid ${process.pid}`),
    createElement(Canvas, { width: columns, height: rows - 3, rows: plot }),
    createElement(Text, { wrap: 'truncate' }, `keys: ${keys.join(' ')}`),
    createElement(Text, null, 'FOOTER'),
  );
}

const host = await openHost({ stdin: process.stdin, stdout: process.stdout, theme });
host.show(createElement(Demo, { onClose: () => void host.close() }));
try {
  await host.closed;
  console.log('closed');
} catch (error) {
  console.error(`failed: ${error.message}`);
  process.exitCode = 1;
}

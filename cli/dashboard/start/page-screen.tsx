import type { ReactElement } from 'react';
import { useScreenSize } from '../terminal/hooks.ts';
import { Canvas } from '../terminal/overlay.tsx';
import { useTheme } from '../theme.ts';
import { type Page, pageRows } from './page.ts';

/** A page on the whole screen. */
export function PageScreen(page: Page): ReactElement {
  const size = useScreenSize();
  const theme = useTheme();
  return <Canvas width={size.columns} height={size.rows} rows={pageRows(page, size, theme)} />;
}

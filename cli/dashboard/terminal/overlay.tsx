import { Box, type DOMElement, Text, Transform } from 'ink';
import { type ReactElement, useLayoutEffect, useRef } from 'react';
import { canvasCell } from './cells.ts';
import { useScreen } from './hooks.ts';

/**
 * A box of `width` x `height` cells whose styled rows go to the terminal past Ink, which would take several times as long and keep
 * every text it ever measured: what changes with the run belongs here. What other elements write over the box (a dialog)
 * stays in front.
 */
export function Canvas({
  width,
  height,
  rows,
}: {
  width: number;
  height: number;
  rows: readonly string[];
}): ReactElement {
  const element = useRef<DOMElement>(null);
  const { place } = useScreen();
  useLayoutEffect(() => place(element, { width, height, rows }), [place, width, height, rows]);
  return (
    <Box ref={element} width={width} height={height} flexShrink={0}>
      <Transform transform={canvasCells}>
        <Text>{blank(width, height)}</Text>
      </Transform>
    </Box>
  );
}

/** Ink does not know the rows: it is given cells to lay out. It measures them in each frame, which is quick for ASCII only. */
function blank(width: number, height: number): string {
  return Array.from({ length: height }, () => '.'.repeat(width)).join('\n');
}

/** What Ink puts into its frame tells the stage where nothing stands in front. */
function canvasCells(line: string): string {
  return canvasCell.repeat(line.length);
}

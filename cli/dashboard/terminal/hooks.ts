import { useContext, useLayoutEffect, useRef } from 'react';
import type { Key } from './key.ts';
import { type Screen, ScreenContext, type ScreenSize } from './screen.ts';

export type { Key } from './key.ts';

/** The terminal's size in cells; the component renders anew when it changes. */
export function useScreenSize(): ScreenSize {
  return useScreen().size;
}

/**
 * Calls the handler with every key pressed while the component is mounted and `isActive` (true where absent). Every active handler
 * of the screen gets every key; between two keys all components render, so that a handler sees what the key before did.
 */
export function useKeys(handler: (key: Key) => void, options: { isActive?: boolean } = {}): void {
  const { listen } = useScreen();
  const { isActive = true } = options;
  const latest = useRef(handler);
  useLayoutEffect(() => {
    latest.current = handler;
  });
  useLayoutEffect(() => (isActive ? listen((key) => latest.current(key)) : undefined), [listen, isActive]);
}

export function useScreen(): Screen {
  const screen = useContext(ScreenContext);
  if (screen === null) throw new Error('the component is not on a screen: show it with openHost');
  return screen;
}

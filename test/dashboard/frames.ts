import type { ReactElement } from 'react';
import type { Row } from '../../cli/dashboard/terminal/cells.ts';
import { keyNamed } from '../../cli/dashboard/terminal/key.ts';
import type { ScreenSize } from '../../cli/dashboard/terminal/screen.ts';
import { openStage } from '../../cli/dashboard/terminal/stage.tsx';
import { createTheme, type Theme } from '../../cli/dashboard/theme.ts';

/** A screen without a terminal, to be looked at and typed into. */
export interface Frames {
  /** What each row shows, without colours; no row ends in blanks. */
  frame(): string[];
  /** The same with colours and attributes, rows separated by line ends. */
  styled(): string;
  /** Presses keys by their names (cli/dashboard/terminal/key.ts), and waits until what they changed has rendered. */
  press(...names: string[]): Promise<void>;
  /** Presses the key of each character. */
  type(text: string): Promise<void>;
  paste(text: string): Promise<void>;
  resize(size: ScreenSize): Promise<void>;
  /** Waits until the frame has that text, or meets the check; throws with the frame when it takes longer than `milliseconds`. */
  until(expected: string | RegExp | ((frame: string[]) => boolean), milliseconds?: number): Promise<void>;
  close(): Promise<void>;
}

/** Renders the element at a size as `openHost` does. Without a theme: braille, no colours. What a component throws is thrown by the next call. */
export function openFrames(element: ReactElement, size: ScreenSize, theme: Theme = plainTheme()): Frames {
  let failure: { error: unknown } | null = null;
  const stage = openStage({
    size,
    theme,
    onChange: () => {},
    onError: (error) => {
      failure = { error };
    },
  });
  const rows = (): Row[] => {
    if (failure !== null) throw (failure as { error: unknown }).error;
    return stage.frame();
  };
  const frame = () => rows().map((row) => row.texts.join('').trimEnd());
  const press = async (...names: string[]) => {
    for (const name of names) {
      stage.press(keyNamed(name));
      await settled();
    }
    rows();
  };
  stage.show(element);
  return {
    frame,
    styled: () => rows().map(styledRow).join('\n'),
    press,
    type: (text) =>
      press(...[...new Intl.Segmenter().segment(text)].map(({ segment }) => (segment === ' ' ? 'space' : segment))),
    async paste(text) {
      stage.press({ name: 'paste', text });
      await settled();
      rows();
    },
    async resize(to) {
      stage.resize(to);
      await settled();
      rows();
    },
    async until(expected, milliseconds = 10_000) {
      const isMet =
        typeof expected === 'function'
          ? expected
          : (lines: string[]) =>
              typeof expected === 'string' ? lines.join('\n').includes(expected) : expected.test(lines.join('\n'));
      const end = Date.now() + milliseconds;
      while (!isMet(frame())) {
        if (Date.now() > end)
          throw new Error(`the frame has no ${expected} after ${milliseconds} ms:\n${frame().join('\n')}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async close() {
      await settled();
      stage.close();
    },
  };
}

function plainTheme(): Theme {
  return createTheme({ colors: false, charset: 'braille' });
}

/** React renders in a later turn, and what an effect changes in one after that. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function styledRow({ texts, styles }: Row): string {
  let styled = '';
  let style = '';
  texts.forEach((text, x) => {
    if (styles[x] !== style) {
      style = styles[x]!;
      styled += style === '' ? '\x1b[0m' : `\x1b[0;${style}m`;
    }
    styled += text;
  });
  return style === '' ? styled.trimEnd() : `${styled}\x1b[0m`;
}

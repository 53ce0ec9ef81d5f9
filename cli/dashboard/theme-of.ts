import { UsageError } from '../../src/errors.ts';
import type { Context } from '../context.ts';
import { type Charset, createTheme, type Theme } from './theme.ts';

const charsets: readonly Charset[] = ['braille', 'block', 'ascii'];

/**
 * How screens look on this terminal: `NO_COLOR` and `--no-color` take the colours, `DISTILTUNE_CHARSET` chooses what plots are
 * drawn with. Else a locale without UTF-8 gets ASCII, and the Linux console, whose fonts have no braille, gets blocks.
 * @throws UsageError where `DISTILTUNE_CHARSET` is none of them
 */
export function themeOf({ environment, stdout }: Pick<Context, 'environment' | 'stdout'>): Theme {
  const { charset, terminal } = environment;
  const asked = charsets.find((known) => known === charset);
  if (asked === undefined && charset !== 'auto') {
    throw new UsageError(`there is no character set "${charset}"`, {
      where: 'DISTILTUNE_CHARSET',
      fix: `There are: auto, ${charsets.join(', ')}`,
    });
  }
  const suited = terminal.isUtf8 ? (terminal.isConsole ? 'block' : 'braille') : 'ascii';
  return createTheme({
    colors: stdout.colors.isColorSupported,
    charset: asked ?? suited,
    colorDepth: terminal.colorDepth,
  });
}

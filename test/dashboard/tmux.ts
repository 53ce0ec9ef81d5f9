import { execFile, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import type { ScreenSize } from '../../cli/dashboard/terminal/screen.ts';

const run = promisify(execFile);

/** Undefined where tmux can be run; otherwise why tests are skipped, for their titles. CI installs it. */
export const noTmux: string | undefined =
  spawnSync('tmux', ['-V']).status === 0 ? undefined : 'skipped: tmux is not installed';

/** A terminal of tmux, in a server of its own. */
export interface Tmux {
  /** Sends keys by tmux' names: 'C-c', 'Up', 'Enter'. */
  keys(...names: string[]): Promise<void>;
  /** Sends a text as it stands. */
  type(text: string): Promise<void>;
  resize(size: ScreenSize): Promise<void>;
  /** What the screen shows; no line ends in blanks. */
  lines(): Promise<string[]>;
  /** The same with colours and attributes. */
  styled(): Promise<string>;
  /** Also what has left the screen at its top. */
  history(): Promise<string[]>;
  /** Process that the terminal was opened for. */
  pid(): Promise<number>;
  isAlternate(): Promise<boolean>;
  isCursorShown(): Promise<boolean>;
  /** The screen's lines, once they have the text or meet the check; throws with them after `milliseconds`. */
  until(expected: string | RegExp | ((lines: string[]) => boolean), milliseconds?: number): Promise<string[]>;
  /** Ends the server and all that runs in it. */
  close(): Promise<void>;
}

let opened = 0;

/**
 * @param options.command for `sh -c`; without one an interactive shell
 * @param options.environment beside the process's own
 */
export async function openTmux(options: {
  size: ScreenSize;
  command?: string;
  folder?: string;
  environment?: Record<string, string>;
}): Promise<Tmux> {
  const { size, command = "PS1='$ ' exec sh -i", folder = process.cwd(), environment = {} } = options;
  const socket = `distiltune-test-${process.pid}-${opened++}`;
  const { TMUX: _, TMUX_PANE: __, CI: ___, NODE_ENV: ____, ...inherited } = process.env;
  // Sockets outlive their servers; there they go with the tests.
  const env = { ...inherited, TMUX_TMPDIR: tmpdir(), LC_ALL: 'C.UTF-8', ENV: '', ...environment };
  const tmux = async (...args: string[]): Promise<string> => {
    const { stdout } = await run('tmux', ['-u', '-L', socket, '-f', '/dev/null', ...args], { env, timeout: 20_000 });
    return stdout;
  };
  const pane = 'main:0.0';
  const session = [
    'new-session',
    '-d',
    '-s',
    'main',
    '-x',
    String(size.columns),
    '-y',
    String(size.rows),
    '-c',
    folder,
  ];
  await tmux('start-server', ';', 'set-option', '-g', 'remain-on-exit', 'on', ';', ...session, command);
  const capture = async (...args: string[]) => tmux('capture-pane', '-p', '-t', pane, ...args);
  const ask = async (format: string) => (await tmux('display-message', '-p', '-t', pane, `#{${format}}`)).trim();
  const linesOf = (text: string) =>
    text
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => line.trimEnd());
  const lines = async () => linesOf(await capture());
  return {
    keys: async (...names) => void (await tmux('send-keys', '-t', pane, ...names)),
    type: async (text) => void (await tmux('send-keys', '-t', pane, '-l', text)),
    async resize({ columns, rows }) {
      await tmux('resize-window', '-t', 'main:0', '-x', String(columns), '-y', String(rows));
    },
    lines,
    styled: () => capture('-e'),
    history: async () => linesOf(await capture('-S', '-')),
    pid: async () => Number(await ask('pane_pid')),
    isAlternate: async () => (await ask('alternate_on')) === '1',
    isCursorShown: async () => (await ask('cursor_flag')) === '1',
    async until(expected, milliseconds = 20_000) {
      const end = Date.now() + milliseconds;
      for (;;) {
        const shown = await lines();
        const text = shown.join('\n');
        if (typeof expected === 'function' ? expected(shown) : text.search(patternOf(expected)) >= 0) return shown;
        if (Date.now() > end) throw new Error(`the terminal has no ${expected} after ${milliseconds} ms:\n${text}`);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    },
    async close() {
      // A server whose last process has ended is gone already.
      await tmux('kill-server').catch(() => {});
    },
  };
}

function patternOf(expected: string | RegExp): RegExp {
  return typeof expected === 'string' ? new RegExp(expected.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')) : expected;
}

import type { LogLine } from '../../state/state.ts';
import type { Role } from '../../theme.ts';
import { clockTime } from '../figures.ts';
import type { Panel } from '../panel.ts';
import type { Scene } from '../scene.ts';
import { cut, row } from '../text.ts';

/** What was said, the newest first. */
export const logPanel: Panel = {
  title: () => 'log',
  shows: 'list',
  list(scene, width) {
    const lines = [...scene.state.log].reverse();
    if (lines.length === 0) return { head: [row([['dim', 'nothing yet']], width, scene.theme)], rows: [] };
    return { head: [], rows: lines.map((line) => logRow(line, width, scene)) };
  },
};

/** The newest lines, the oldest of them first, and what became of the last key that asked something. */
export function logTail(scene: Scene, width: number, height: number): string[] {
  const { state, notice, now } = scene;
  const isRecent = notice !== null && (notice.level === 'asked' || now - notice.time < shownMs);
  // The run writes what it was asked and did to its log, too.
  const isLogged = state.log.slice(-recentLines).some(({ text }) => text === notice?.text);
  const said = isRecent && !isLogged ? [noticeRow(scene, width)] : [];
  const lines = state.log.slice(-height).map((line) => logRow(line, width, scene));
  return [...lines, ...said].slice(-height);
}

/** How long an answer is shown, and where it may stand already. */
const shownMs = 10_000;
const recentLines = 20;

const noticeRoles = { asked: 'accent', done: 'good', refused: 'bad' } as const;

/** What became of the last key that asked something; blank where there was none. */
export function noticeRow({ notice, theme }: Scene, width: number): string {
  if (notice === null) return row([], width, theme);
  return row([[noticeRoles[notice.level], cut(notice.text, width, theme)]], width, theme);
}

const words: Readonly<Record<LogLine['level'], readonly [string, Role]>> = {
  info: ['', 'text'],
  warn: ['WARN ', 'warn'],
  error: ['ERROR ', 'bad'],
  control: ['', 'accent'],
  output: ['', 'dim'],
};

function logRow({ time, level, text }: LogLine, width: number, { theme }: Scene): string {
  const [word, role] = words[level];
  return row(
    [
      ['dim', `${clockTime(time)} `],
      [role, cut(word + text, Math.max(0, width - 9), theme)],
    ],
    width,
    theme,
  );
}

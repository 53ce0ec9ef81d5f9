import type { RefusedRow } from '../../src/data/types.ts';
import type { Context } from '../context.ts';
import type { Progress } from './progress.ts';
import { count, plural, printable } from './table.ts';

/** Tells on standard error of rows that were not treated like the others, while they stream by. */
export interface RowNotes {
  refuse(row: RefusedRow): void;
  withoutText(line: number): void;
  /** How many there were, and the lines of the first of them. */
  summarize(): void;
}

const mostNamed = 20;

/** @param name what the rows come from */
export function createRowNotes(name: string, { stderr }: Context, progress: Progress): RowNotes {
  let refused = 0;
  let empty = 0;
  const emptyLines: number[] = [];
  const say = (text: string) => {
    progress.clear();
    stderr.line(`${stderr.colors.yellow('!')} ${text}`);
  };
  return {
    refuse({ line, reason }) {
      if (++refused <= mostNamed) say(`${printable(name)}, line ${line}: left out, ${printable(reason)}`);
    },
    withoutText(line) {
      if (++empty <= mostNamed) emptyLines.push(line);
    },
    summarize() {
      if (refused > mostNamed)
        say(`${count(refused)} rows of ${printable(name)} were left out, the first ${mostNamed} above`);
      if (empty === 0) return;
      const lines = emptyLines.join(', ') + (empty > mostNamed ? ', ...' : '');
      say(`${plural(empty, 'row')} without a text ${empty === 1 ? 'has' : 'have'} no label: line ${lines}`);
    },
  };
}

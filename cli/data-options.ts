import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ColumnWishes } from '../src/data/columns.ts';
import type { TableOptions } from '../src/data/table.ts';
import { collectList } from './lists.ts';

/** The flags that say how a file is to be read; each overrides what is detected. */
export interface DataFlags {
  textColumn?: string;
  pairColumn?: string;
  labelColumn?: string;
  labelColumns?: string[];
  labelDelimiter?: string;
  delimiter?: string;
  encoding?: string;
  quotes?: boolean;
  header?: boolean;
}

/** Adds the flags to a command. `label`: whether it reads labels. */
export function addDataOptions(command: Command, { label }: { label: boolean }): Command {
  command
    .option('--text-column <NAME>', 'column of the text: its name, or its number from 1')
    .option('--pair-column <NAME>', 'column of the second text; none: there is none');
  if (label) {
    command
      .option('--label-column <NAME>', 'column of the label')
      .addOption(
        new Option('--label-columns <NAMES>', 'several labels a row: the columns that say of each whether it applies')
          .argParser(collectList)
          .conflicts('labelColumn'),
      )
      .option('--label-delimiter <CHARACTER>', 'several labels a row: what divides them in their column');
  }
  return command
    .option('--delimiter <CHARACTER>', 'comma, semicolon, tab, pipe, none, or the character itself')
    .option('--encoding <NAME>', 'utf-8, utf-16le, latin1, ...')
    .option('--header', 'the first row names the columns')
    .option('--no-header', 'the first row is data')
    .option('--quotes', 'quotes enclose cells')
    .option('--no-quotes', 'quotes are text like any other character');
}

export function tableOptions(flags: DataFlags): TableOptions {
  const { delimiter = null, encoding = null, quotes = null, header = null } = flags;
  return { delimiter, encoding, quotes, header };
}

export function columnWishes(flags: DataFlags): ColumnWishes {
  const {
    textColumn = null,
    pairColumn = null,
    labelColumn = null,
    labelColumns = null,
    labelDelimiter = null,
  } = flags;
  return { textColumn, pairColumn, labelColumn, labelColumns, labelDelimiter };
}

/** Whether any of the flags was given: then the input is a table. */
export function saysTable(flags: DataFlags): boolean {
  return Object.values({ ...tableOptions(flags), ...columnWishes(flags) }).some((value) => value !== null);
}

/** For commander: a whole number from `least` on. */
export function wholeNumber(least: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= least && Number.isSafeInteger(number)) return number;
    throw new InvalidArgumentError(`It takes a whole number from ${least} on.`);
  };
}

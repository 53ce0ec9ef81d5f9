import { stat } from 'node:fs/promises';
import type { Example } from '../../src/data/types.ts';
import { UsageError } from '../../src/errors.ts';
import { type DataFlags, saysTable } from '../data-options.ts';
import { type RunColumns, unknownColumns } from '../load.ts';
import { printable } from '../plain/table.ts';
import { type Input, type InputRow, openLineInput, openTableInput } from './input.ts';

export interface InputFlags extends DataFlags {
  pair?: string;
  texts?: boolean;
}

/** What the inputs on the command line are: one file or standard input, or texts. */
export type Given = { texts: string[] } | { path: string };

const fileName = /^[^\r\n]{1,255}\.(?:csv|tsv|jsonl|ndjson|json|txt|conll|parquet|xlsx?|gz|zip)$/i;

/**
 * `-` is standard input; one input that is a file is data, or that is named like one; all else is text.
 * @throws UsageError for an input that is named like a file beside others, and for a second text without a first
 */
export async function sortInputs(inputs: string[], { texts = false, pair }: InputFlags): Promise<Given> {
  const files: string[] = [];
  if (!texts) for (const input of inputs) if (input === '-' || (await isLikeFile(input))) files.push(input);
  if (files.length > 0 && inputs.length > 1) {
    throw new UsageError(`one file at a time: "${printable(files[0]!)}" is one of ${inputs.length} inputs`, {
      fix: 'name one file, or take them all for texts with --texts',
    });
  }
  if (pair !== undefined && (files.length > 0 || inputs.length > 1)) {
    throw new UsageError('--pair goes with one text', { fix: 'of a file, name the column with --pair-column' });
  }
  return files.length === 0 ? { texts: inputs } : { path: files[0]! };
}

/** Opens them. Standard input is a text per line, unless a flag says that it is a table. */
export function openTexts(given: Given, flags: InputFlags, run: RunColumns = unknownColumns): Promise<Input> | Input {
  if ('texts' in given) return textsInput(given.texts, flags.pair);
  if (isLines(given, flags)) return openLineInput(process.stdin);
  return openTableInput(given.path, flags, run, { labelRequired: false });
}

/** Whether it is standard input, a text per line. */
export function isLines(given: Given, flags: DataFlags): boolean {
  return 'path' in given && given.path === '-' && !saysTable(flags);
}

async function isLikeFile(input: string): Promise<boolean> {
  // A name that is too long to be a path, or has a NUL in it, is an error here.
  const exists = await stat(input).then(
    () => true,
    () => false,
  );
  return exists || fileName.test(input);
}

function textsInput(texts: readonly string[], pair: string | undefined): Input {
  return {
    name: 'the command line',
    isJsonLines: false,
    columns: pair === undefined ? ['text'] : ['text', 'pair'],
    table: null,
    chosen: null,
    async *rows() {
      yield texts.map((text, i): InputRow => {
        const example: Example = pair === undefined ? { text, line: i + 1 } : { text, pair, line: i + 1 };
        return { cells: pair === undefined ? [text] : [text, pair], json: null, example };
      });
    },
    close: async () => {},
  };
}

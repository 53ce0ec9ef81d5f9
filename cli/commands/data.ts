import type { Command } from 'commander';
import { type Context, contextOf } from '../context.ts';
import { addDataOptions, type DataFlags, wholeNumber } from '../data-options.ts';

interface CheckFlags extends DataFlags {
  validation?: string;
  test?: string;
  task?: 'auto' | 'sequence-classification' | 'regression';
  model?: string;
  maxLength?: number;
}

export function register(program: Command): void {
  const data = program.command('data').description('look at data before training on it');
  const check = data
    .command('check')
    .description('what would be read of a file, and what is wrong with it')
    .argument('<FILE>', 'a csv, tsv or jsonl file; - is standard input')
    .option(
      '--validation <FILE>',
      'the rows to validate on: looked through for labels and texts that training has or lacks',
    )
    .option('--test <FILE>', 'the rows to test on')
    .option('--task <TASK>', 'sequence-classification or regression; detected from the labels')
    .option('--model <MODEL>', 'the model whose tokens are counted')
    .option('--max-length <TOKENS>', 'longest text in tokens', wholeNumber(3));
  addDataOptions(check, { label: true })
    .addHelpText(
      'after',
      `
Ends with 0 where the file can be trained on, warnings or not, and with 3 where
it cannot. For a file without labels, to be predicted, say --label-column none.

Examples:
  $ distiltune data check tickets.csv
  $ distiltune data check train.csv --test test.csv --max-length 64
  $ distiltune data check tickets.csv --json`,
    )
    .action(async (file: string, flags: CheckFlags, command: Command) => checkData(file, flags, contextOf(command)));
}

async function checkData(file: string, flags: CheckFlags, context: Context): Promise<void> {
  const { checkFiles } = await import('../data-check.ts');
  const { renderAudit, renderReading } = await import('../plain/audit.ts');
  const result = await checkFiles({ train: file, validation: flags.validation, test: flags.test }, flags, context);
  if (context.json) {
    const files = result.files.map(({ split, table, columns }) => ({
      split,
      name: table.name,
      format: table.format,
      encoding: table.encoding,
      delimiter: table.delimiter,
      quotes: table.quotes,
      header: table.header,
      columns: table.columns,
      text: columns.text,
      pair: columns.pair,
      label: columns.label,
      task: columns.task,
    }));
    context.stdout.line(JSON.stringify({ files, audit: result.report }));
    return;
  }
  const { stdout } = context;
  result.files.forEach((file, i) => {
    for (const line of renderReading(file, stdout, i === 0 ? undefined : result.files[0])) stdout.line(line);
  });
  stdout.line();
  for (const line of renderAudit(result.report, stdout)) stdout.line(line);
}

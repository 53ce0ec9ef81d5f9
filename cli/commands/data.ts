import { type Command, Option } from 'commander';
import { tagSchemes } from '../../src/data/tags.ts';
import { taskTypes } from '../../src/tasks/types.ts';
import { type Context, contextOf } from '../context.ts';
import type { CheckFlags } from '../data-check.ts';
import { addDataOptions, wholeNumber } from '../data-options.ts';
import type { FileReading } from '../run/reading.ts';

interface Flags extends CheckFlags {
  validation?: string;
  test?: string;
}

export function register(program: Command): void {
  const data = program.command('data').description('look at data before training on it');
  const check = data
    .command('check')
    .description('what would be read of a file, and what is wrong with it')
    .argument('<FILE>', 'a file of texts, tagged words or questions; - is standard input')
    .option('--validation <FILE>', 'the rows to validate on: looked through for what training has or lacks')
    .option('--test <FILE>', 'the rows to test on')
    .option('--task <TASK>', `${taskTypes.join(', ')}; found out from the file`)
    .option('--model <MODEL>', 'the model whose tokens are counted')
    .option('--max-length <TOKENS>', 'longest sequence in tokens', wholeNumber(3));
  addDataOptions(check, { label: true })
    .addOption(new Option('--tag-scheme <SCHEME>', 'how tags write entities').choices(['auto', ...tagSchemes]))
    .addOption(
      new Option('--entity-offsets <UNIT>', 'what the places of entities count').choices(['utf-16', 'code-points']),
    )
    .addOption(new Option('--text-unit <UNIT>', 'plain text: what one text is').choices(['line', 'paragraph']))
    .addHelpText(
      'after',
      `
Reads tables (CSV, TSV, JSON Lines), words with tags (CoNLL columns, or JSON
Lines of {"tokens", "tags"} or {"text", "entities"}), questions (SQuAD's JSON,
or JSON Lines of {"question", "context", "answers"}), and plain text.

Ends with 0 where the file can be trained on, warnings or not, and with 3 where
it cannot. For a file without labels, to be predicted, say --label-column none.

Examples:
  $ distiltune data check tickets.csv
  $ distiltune data check train.csv --test test.csv --max-length 64
  $ distiltune data check train.conll --validation valid.conll
  $ distiltune data check tickets.csv --json`,
    )
    .action(async (file: string, flags: Flags, command: Command) => checkData(file, flags, contextOf(command)));
}

async function checkData(path: string, flags: Flags, context: Context): Promise<void> {
  const { checkFiles } = await import('../data-check.ts');
  const { readingOf } = await import('../run/reading.ts');
  const { renderAudit, renderReading } = await import('../plain/audit.ts');
  const { files, report } = await checkFiles(
    { train: path, validation: flags.validation, test: flags.test },
    flags,
    context,
  );
  const readings = files.map(({ file }) => readingOf(file));
  if (context.json) {
    const described = files.map(({ split }, i) => ({ split, ...describe(readings[i]!) }));
    context.stdout.line(JSON.stringify({ files: described, audit: report }));
    return;
  }
  const { stdout } = context;
  readings.forEach((reading, i) => {
    for (const line of renderReading(reading, stdout, i === 0 ? undefined : readings[0])) stdout.line(line);
  });
  stdout.line();
  for (const line of renderAudit(report, stdout)) stdout.line(line);
}

/** A reading without nesting: `columns` are the names of all, and the chosen ones stand beside them. */
function describe(reading: FileReading): object {
  if (reading.kind !== 'texts') return reading;
  const { kind, table, columns, task, textUnit } = reading;
  const { text, pair, label, labels } = columns;
  return { kind, ...table, text, pair, label, labels, task, textUnit };
}

import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { addDataOptions, wholeNumber } from '../data-options.ts';
import type { EvaluateFlags } from '../evaluate/evaluate.ts';
import { collectRequirement } from '../requirements.ts';
import { inEngineProcess } from '../run/engine-process.ts';

export function register(program: Command): void {
  const evaluate = program
    .command('evaluate')
    .description('measure a model on a labelled file')
    .argument('<MODEL>', 'a run folder, a model folder, or a name of the hub')
    .argument(
      '<DATA>',
      'a labelled file (csv, tsv, jsonl, parquet, conll, squad json; txt for a masked LM); - is standard input',
    )
    .option('-o, --output <FILE>', 'write the rows with their predictions there')
    .option(
      '--require <CONDITION>',
      "end with exit code 5 unless it holds, such as 'accuracy>=0.9'; may be given again",
      collectRequirement,
    )
    .option('--ignore-unknown-labels', 'leave out rows whose label the model does not know')
    .option('--max-length <TOKENS>', 'longest text in tokens: what is beyond is not read', wholeNumber(3))
    .option('--data <DIR>', "folder of the GLUE data, where DATA is a task's name such as mrpc (default: the hub's)")
    .option('--top <K>', 'how many mistakes and confused pairs --json has', wholeNumber(0), 20);
  addDataOptions(evaluate, { label: true })
    .addHelpText(
      'after',
      `
The data's labels are the model's by name, exactly or else in another case.
Labels that the model does not know are an error that lists them: it can only be
wrong about them. Rows without a text or a label are left out and counted.
Words with a tag that it does not know are measured, as wrong, and counted.

Examples:
  $ distiltune evaluate runs/tickets new.csv
  $ distiltune evaluate runs/tickets new.csv --require 'macro_f1>=0.85' --json
  $ distiltune evaluate runs/tickets new.csv -o predictions.csv`,
    )
    .action(async (name: string, path: string, flags: EvaluateFlags & { data?: string }, command: Command) => {
      const context = contextOf(command);
      await inEngineProcess(context, async () => {
        const { findGlueTask } = await import('../../tasks/glue/tasks.ts');
        if (flags.data !== undefined || (findGlueTask(path) !== undefined && !existsSync(path))) {
          const { evaluateOnGlue } = await import('../glue/evaluate.ts');
          await evaluateOnGlue(name, path, flags.data, context);
          return;
        }
        const { evaluateFile } = await import('../evaluate/evaluate.ts');
        await evaluateFile(name, path, flags, context);
      });
    });
}

import { type Command, Option } from 'commander';
import { contextOf } from '../context.ts';
import { wholeNumber } from '../data-options.ts';
import type { RunFlags } from '../glue/options.ts';
import { collect, collectList } from '../lists.ts';
import { inEngineProcess } from '../run/engine-process.ts';
import { isOnDashboard } from '../ui.ts';

export function register(program: Command): void {
  const glue = program.command('glue').description('the GLUE benchmark: train, report, submit');
  registerRun(glue);
  registerReport(glue);
  registerSubmit(glue);
  registerDiagnose(glue);
}

const runFolder = 'runs/glue';

function registerRun(glue: Command): void {
  glue
    .command('run')
    .summary('fine-tune a model on the tasks, and measure it on their dev sets')
    .description(
      'Fine-tune a model on the tasks of GLUE, each with several seeds, and measure it on their dev sets. What is finished is kept, and what was interrupted goes on: give the same command again.',
    )
    .argument('[key=value...]', "settings in place of the recipe's")
    .option(
      '--data <DIR>',
      "folder of the official download: CoLA, MRPC, ... with their TSV files, or the hub's Parquet files (default: fetched from the hub)",
    )
    .option('--model <NAME>', 'a folder, or a name on the Hugging Face hub', 'distilbert-base-uncased')
    .option('--tasks <NAMES>', 'some of cola, sst2, mrpc, stsb, qqp, mnli, qnli, rte, wnli', collectList)
    .option('--seeds <N|LIST>', 'how many seeds from 42 on, or which: 42,43,44', '1')
    .addOption(
      new Option('--recipe <NAME>', "hf: run_glue.py's; tuned: the best of a small grid on dev")
        .choices(['hf', 'tuned'])
        .default('hf'),
    )
    .option('--from-mnli [MODEL]', 'start MRPC, STS-B and RTE from the model of MNLI: that of this run, or another')
    .option('--early-stopping <N>', 'stop after N epochs without a better score, and keep the best', wholeNumber(1))
    .option('--train-file <TASK=FILE>', 'train on this file; may be given again', collect)
    .option('--dev-file <TASK=FILE|SHARE>', 'measure on this file, or on a share of the training rows', collect)
    .option('-o, --output <RUN>', 'folder of the run', runFolder)
    .addOption(
      new Option('--ui <KIND>', 'how progress is shown')
        .choices(['auto', 'dashboard', 'plain', 'jsonl', 'none'])
        .default('auto'),
    )
    .addHelpText(
      'after',
      `
The recipe hf: 128 tokens, batches of 32, learning rate 2e-5 falling linearly, no
warm-up, no weight decay, 3 epochs (MRPC and WNLI 5), the last weights measured.

Examples:
  $ distiltune glue run --data glue --seeds 5
  $ distiltune glue run --data glue --tasks mnli,rte --from-mnli -o runs/mnli-first
  $ distiltune glue run --data glue --tasks qqp --train-file qqp=sample.tsv --dev-file qqp=0.1
  $ distiltune glue run --data glue --tasks cola,rte optimizer.learningRate=5e-5 schedule.warmup=0.1`,
    )
    .action(async (settings: string[], flags: RunFlags, command: Command) => {
      const context = contextOf(command);
      if (isOnDashboard(flags.ui, context)) {
        const { runGlueOnDashboard } = await import('../glue/background.ts');
        return runGlueOnDashboard(flags.output, context);
      }
      const { runGlue } = await import('../glue/run.ts');
      await runGlue(settings, flags, context);
    });
}

function registerReport(glue: Command): void {
  glue
    .command('report')
    .description('the scores beside the published ones, as a table, and as Markdown, JSON and a page in the folder')
    .argument('[RUN]', 'folder of the run', runFolder)
    .addHelpText('after', '\nExamples:\n  $ distiltune glue report\n  $ distiltune glue report runs/glue --json')
    .action(async (run: string, _: unknown, command: Command) => {
      const { reportGlue } = await import('../glue/report.ts');
      await reportGlue(run, contextOf(command));
    });
}

function registerSubmit(glue: Command): void {
  glue
    .command('submit')
    .description('predict the test sets: the zip for the GLUE server')
    .argument('[RUN]', 'folder of the run', runFolder)
    .option('--data <DIR>', 'folder of the official download, where it is another than that of the run')
    .option('--seed <N>', 'the models of this seed; else of each task the best on dev', wholeNumber(0))
    .option('-o, --output <ZIP>', 'default: submission.zip in the folder of the run')
    .addHelpText(
      'after',
      `
Where a task has no model, or no test file, its file answers the same to every
row: the server takes no submission without it. Such files are named.

Examples:
  $ distiltune glue submit
  $ distiltune glue submit runs/glue --seed 42 -o glue.zip`,
    )
    .action(async (run: string, flags: { data?: string; seed?: number; output?: string }, command: Command) => {
      const context = contextOf(command);
      await inEngineProcess(context, async () => {
        const { submitGlue } = await import('../glue/submit.ts');
        await submitGlue(run, flags, context);
      });
    });
}

function registerDiagnose(glue: Command): void {
  glue
    .command('diagnose')
    .description('measure the models of MNLI on the diagnostic set (glue run does it at its end)')
    .argument('[RUN]', 'folder of the run', runFolder)
    .option('--file <FILE>', 'diagnostic-full.tsv, where it is not in the folder of the data')
    .addHelpText('after', '\nExamples:\n  $ distiltune glue diagnose runs/glue --file diagnostic-full.tsv')
    .action(async (run: string, flags: { file?: string }, command: Command) => {
      const context = contextOf(command);
      await inEngineProcess(context, async () => {
        const { diagnoseGlue } = await import('../glue/diagnose.ts');
        await diagnoseGlue(run, flags, context);
      });
    });
}

#!/usr/bin/env node
import { register as bias } from './commands/bias.ts';
import { register as config } from './commands/config.ts';
import { register as control } from './commands/control.ts';
import { register as data } from './commands/data.ts';
import { register as demo } from './commands/demo.ts';
import { register as doctor } from './commands/doctor.ts';
import { register as engine } from './commands/engine.ts';
import { register as evaluate } from './commands/evaluate.ts';
import { register as features } from './commands/features.ts';
import { register as fillMask } from './commands/fill-mask.ts';
import { register as glue } from './commands/glue.ts';
import { register as init } from './commands/init.ts';
import { register as predict } from './commands/predict.ts';
import { register as reproduce } from './commands/reproduce.ts';
import { register as runs } from './commands/runs.ts';
import { register as train } from './commands/train.ts';
import { register as watch } from './commands/watch.ts';
import { contextOf } from './context.ts';
import { createProgram } from './program.ts';
import { reportError } from './report-error.ts';
import { isOnDashboard } from './ui.ts';

const program = createProgram([
  train,
  predict,
  evaluate,
  fillMask,
  features,
  bias,
  glue,
  reproduce,
  runs,
  watch,
  control,
  data,
  init,
  config,
  engine,
  doctor,
  demo,
]);

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  if (process.argv.length === 2) await atHome();
  else await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error, {
    ...contextOf(program),
    ...(process.argv.includes('--json') ? { json: true } : {}),
  });
}

/** Nothing was asked for: everything is there to be chosen on a terminal, and elsewhere to be read of. */
async function atHome(): Promise<void> {
  const context = contextOf(program);
  if (!isOnDashboard('auto', context)) return program.outputHelp();
  const { openHome } = await import('./dashboard/home/open.tsx');
  await openHome(context, program.helpInformation());
}

#!/usr/bin/env node
import { contextOf } from './context.ts';
import { createProgram } from './program.ts';
import { reportError } from './report-error.ts';

const program = createProgram([]);

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error, {
    ...contextOf(program),
    ...(process.argv.includes('--json') ? { json: true } : {}),
  });
}

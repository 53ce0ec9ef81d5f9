import type { Command } from 'commander';
import { contextOf } from '../context.ts';

export function register(program: Command): void {
  program
    .command('doctor')
    .description('check this machine: Node.js, engine, memory, disk, hub, terminal')
    .addHelpText(
      'after',
      `
Each line says ok, or what is wrong and what to do. The exit code is 0 unless
training cannot work at all.

Example:
  $ distiltune doctor`,
    )
    .action(async (_flags: unknown, command: Command) => {
      const { runDoctor } = await import('../doctor.ts');
      await runDoctor(contextOf(command));
    });
}

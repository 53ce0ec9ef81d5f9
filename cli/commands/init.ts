import type { Command } from 'commander';
import { contextOf } from '../context.ts';

export function register(program: Command): void {
  program
    .command('init')
    .summary('write a config file for your data')
    .description('Write a commented config file for the data at hand.')
    .argument('[DATA]', 'the file to train on, or a folder with train, validation and test files')
    .option('-o, --output <FILE>', 'where to', 'distiltune.config.yaml')
    .addHelpText('after', '\nExamples:\n  $ distiltune init tickets.csv\n  $ distiltune init data/ -o data.yaml')
    .action(async (data: string | undefined, { output }: { output: string }, self: Command) => {
      const { writeConfigFile } = await import('../config/init.ts');
      const context = contextOf(self);
      await writeConfigFile(output, data ?? null);
      if (context.json) return context.stdout.line(JSON.stringify({ file: output }));
      context.stdout.line(`wrote ${output}`);
      context.note(`next: npx distiltune train${output === 'distiltune.config.yaml' ? '' : ` ${output}`}`);
    });
}

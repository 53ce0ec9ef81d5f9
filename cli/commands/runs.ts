import { type Command, Option } from 'commander';
import { contextOf } from '../context.ts';
import { isOnDashboard } from '../ui.ts';

export function register(program: Command): void {
  const runs = program.command('runs').description('the runs that were trained here');
  runs
    .command('ls')
    .description('list them, the latest first')
    .argument('[FOLDER]', 'where they are', 'runs')
    .addHelpText('after', '\nExample:\n  $ distiltune runs ls')
    .action(async (folder: string, _flags: unknown, command: Command) => {
      const { listRuns } = await import('../runs/list.ts');
      await listRuns(folder, contextOf(command));
    });
  runs
    .command('show')
    .description('what a run was trained on, with which settings, and how it did')
    .argument('<RUN>', 'its folder')
    .addHelpText('after', '\nExample:\n  $ distiltune runs show runs/tickets')
    .action(async (run: string, _flags: unknown, command: Command) => {
      const { showRun } = await import('../runs/show.ts');
      await showRun(run, contextOf(command));
    });
  runs
    .command('compare')
    .description('how runs differ: curves over each other on a terminal, else settings, metrics and cost in a table')
    .argument('<RUN...>', 'their folders; differences are to the first')
    .addOption(
      new Option('--ui <HOW>', 'dashboard, or a table (plain)').choices(['auto', 'dashboard', 'plain']).default('auto'),
    )
    .addHelpText('after', '\nExample:\n  $ distiltune runs compare runs/tickets runs/tickets-2')
    .action(async (folders: string[], { ui }: { ui: 'auto' | 'dashboard' | 'plain' }, command: Command) => {
      const context = contextOf(command);
      const { compareFolders } = await import('../runs/measure.ts');
      // What cannot be compared is said on the main screen.
      const comparison = await compareFolders(folders);
      if (isOnDashboard(ui, context)) {
        const { openComparison } = await import('../dashboard/compare/open.ts');
        return openComparison(folders, context);
      }
      const { showComparison } = await import('../runs/show-comparison.ts');
      showComparison(comparison, context);
    });
  runs
    .command('rm')
    .description('remove runs with their models')
    .argument('<RUN...>', 'their folders')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  $ distiltune runs rm runs/tickets --yes')
    .action(async (folders: string[], flags: { yes?: boolean }, command: Command) => {
      const { removeRuns } = await import('../runs/remove.ts');
      await removeRuns(folders, flags.yes ?? false, contextOf(command));
    });
}

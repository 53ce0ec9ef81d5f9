import type { Command } from 'commander';
import { contextOf } from '../context.ts';

export function register(program: Command): void {
  const engine = program.command('engine').description('native TensorFlow: install it, see what runs here');
  engine
    .command('install')
    .description('install native TensorFlow for you alone, outside of the project; wasm remains where that fails')
    .option('--force', 'install anew what is there already')
    .option('--wasm', 'leave native TensorFlow alone and see whether wasm works')
    .addHelpText(
      'after',
      `
Takes about 1 GB while it works and 0.6 to 0.9 GB afterwards, in the folder for caches; DISTILTUNE_CACHE moves it.
Needs pip and a C++ compiler on Linux. The compiler also makes our own kernels for this processor, anew where the
processor or the version is another one; without them TensorFlow computes with its own, slower.

Examples:
  $ distiltune engine install
  $ DISTILTUNE_CACHE=/scratch/cache distiltune engine install`,
    )
    .action(async (flags: { force?: boolean; wasm?: boolean }, command: Command) => {
      const { engineInstall } = await import('../engine/install.ts');
      await engineInstall(contextOf(command), flags);
    });
  engine
    .command('info')
    .description('which engine runs, its versions, threads and speed')
    .addHelpText(
      'after',
      `
Examples:
  $ distiltune engine info
  $ DISTILTUNE_ENGINE=wasm distiltune engine info --json
  $ DISTILTUNE_KERNELS=composed distiltune train reviews.csv    # without the compiled kernels, to compare`,
    )
    .action(async (_flags: object, command: Command) => {
      const { engineInfo } = await import('../engine/info.ts');
      await engineInfo(contextOf(command));
    });
}

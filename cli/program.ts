import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { UsageError } from '../src/errors.ts';
import { contextOf } from './context.ts';

/**
 * Commands are added by `register(program)` of their file. A command's file is light: it imports what it computes with
 * when it runs, so that `--help` is quick.
 */
export type Register = (program: Command) => void;

/** The command line's grammar: global options and the given commands. */
export function createProgram(commands: Register[]): Command {
  const program = new Command('distiltune')
    .description('Fine-tune DistilBERT on your own data, in Node.js.')
    .version(packageVersion(), '-V, --version', 'say which version this is')
    .option('-q, --quiet', 'results and errors only, no progress')
    .option('-v, --verbose', 'more of what happens, and where errors come from')
    .option('--json', 'results as one JSON document on standard output')
    .option('--no-color', 'no colours (as NO_COLOR=1)')
    .option('--no-input', 'never ask a question')
    .option('-C, --directory <DIR>', 'work in this folder')
    .helpOption('-h, --help', 'say how it is used')
    .helpCommand('help [command]', 'say how a command is used')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .exitOverride()
    // Errors are reported in one place, see main.ts.
    .configureOutput({ outputError: () => {} })
    .addHelpText(
      'after',
      `
Examples:
  $ distiltune train tickets.csv
  $ distiltune predict runs/tickets "my card was stolen"
  $ distiltune evaluate runs/tickets new.csv`,
    )
    .hook('preAction', (_, command) => changeDirectory(command));
  for (const register of commands) register(program);
  return program;
}

function changeDirectory(command: Command): void {
  const { directory } = command.optsWithGlobals<{ directory?: string }>();
  // An engine process begins in the folder its parent had gone to.
  if (directory === undefined || contextOf(command).environment.isEngineProcess) return;
  try {
    process.chdir(directory);
  } catch (cause) {
    throw new UsageError('there is no such folder to work in', { where: directory, fix: 'check -C', cause });
  }
}

/** The package's version: its manifest lies one folder above the sources and two above their compiled form. */
export function packageVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
      if (manifest.name === 'distiltune') return manifest.version;
    } catch {
      // Not there: the other one.
    }
  }
  return '0.0.0';
}

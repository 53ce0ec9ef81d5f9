#!/usr/bin/env node
/** `npm run bench -- COMMAND [options]`: finds the command and hands it its options. */
import { runCommand, UsageError } from './lib/command.mjs';

const commands = ['train', 'predict', 'kernels', 'share', 'startup', 'soak', 'versus-hf'];

const [name, ...rest] = process.argv.slice(2);
try {
  if (name === undefined || name === '--help' || name === '-h') console.log(await overview());
  else if (commands.includes(name)) await runCommand(await load(name), rest);
  else throw new UsageError(`there is no command "${name}"; there are ${commands.join(', ')}`);
} catch (error) {
  console.error(error instanceof UsageError ? `error: ${error.message}` : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function load(command) {
  return (await import(`./${command}.mjs`)).default;
}

async function overview() {
  const loaded = await Promise.all(commands.map(load));
  const lines = loaded.map((command, i) => `  ${commands[i].padEnd(11)} ${command.summary}`);
  const usage = 'Usage: npm run bench -- COMMAND [options]    (npm run bench -- COMMAND --help)';
  return [usage, '', ...lines, '', 'What the figures mean is in bench/README.md.'].join('\n');
}

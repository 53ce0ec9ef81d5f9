import type { Command } from 'commander';
import { stringify } from 'yaml';
import { fields } from '../config/fields.ts';
import { addSettingFlags, settingsOfCommand, sortArguments } from '../config/flags.ts';
import { resolveSettings, settingOf } from '../config/resolve.ts';
import { settingsSchema } from '../config/schema.ts';
import { contextOf } from '../context.ts';
import { escapeControls } from '../plain/controls.ts';
import { alignRows, plural } from '../plain/table.ts';

export function register(program: Command): void {
  const config = program.command('config').description('settings: where they come from, what they may be');
  const show = config
    .command('show')
    .description('the settings that a run would have')
    .argument('[CONFIG.yaml|key=value...]', 'a config file; settings')
    .option('--origin', 'say where each value comes from')
    .optionsGroup('Settings:');
  addSettingFlags(show)
    .addHelpText('after', '\nExample:\n  $ distiltune config show tickets.yaml epochs=5 --origin')
    .action((args: string[], { origin = false }: { origin?: boolean }, self: Command) =>
      showConfig(args, origin, self),
    );
  config
    .command('validate')
    .description('check a config file')
    .argument('<FILE>', 'a YAML file')
    .addHelpText('after', '\nExample:\n  $ distiltune config validate tickets.yaml')
    .action((file: string, _flags: unknown, self: Command) => validateConfig(file, self));
  config
    .command('schema')
    .description('JSON Schema of a config file, for editors')
    .addHelpText('after', '\nExample:\n  $ distiltune config schema > distiltune.schema.json')
    .action((_flags: unknown, self: Command) => {
      contextOf(self).stdout.line(JSON.stringify(settingsSchema(), null, 2));
    });
}

function showConfig(args: string[], origin: boolean, command: Command): void {
  const context = contextOf(command);
  const { data, configs, settings: assignments } = sortArguments(args);
  const { settings, origins } = settingsOfCommand(
    command,
    {
      settings: assignments,
      config: configs[0] ?? null,
      also: data.slice(0, 1).map((value) => ({ key: 'data.train', value, origin: `${value} on the command line` })),
    },
    context.environment,
  );
  const { stdout } = context;
  if (context.json) {
    stdout.line(JSON.stringify(origin ? { settings, origins } : settings, null, 2));
  } else if (!origin) {
    stdout.write(escapeControls(stringify(settings)));
  } else {
    const rows = fields.map(({ key }) => [key, JSON.stringify(settingOf(settings, key)), origins[key]!]);
    for (const line of alignRows(rows)) stdout.line(line);
  }
}

function validateConfig(file: string, command: Command): void {
  const { origins } = resolveSettings({ file, usual: false });
  const set = Object.values(origins).filter((origin) => origin !== 'default').length;
  const context = contextOf(command);
  if (context.json) context.stdout.line(JSON.stringify({ file, valid: true, settings: set }));
  else context.stdout.line(`${file}: ${plural(set, 'setting')}, nothing wrong`);
}

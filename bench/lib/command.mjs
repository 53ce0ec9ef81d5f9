/** Options of the bench commands: one table for reading them and for `--help`. */
import { parseArgs } from 'node:util';

/**
 * @typedef {object} Option
 * @property {'text' | 'count' | 'number' | 'flag'} kind `count`: a whole number of 0 or more
 * @property {string} about one line of help
 * @property {string} [takes] what stands behind it in the help
 * @property {unknown} [default]
 * @property {readonly string[]} [choices]
 *
 * @typedef {object} Command
 * @property {string} usage what follows `npm run bench --`
 * @property {string} summary
 * @property {string} [about] more lines of help
 * @property {Record<string, Option>} options
 * @property {boolean} [takesRest] whether words after `--` are taken, for `train`
 * @property {(values: Record<string, any>, rest: string[]) => Promise<void>} run
 */

/** Something about how a command was called. */
export class UsageError extends Error {}

/**
 * @param {Command} command
 * @param {string[]} argv
 */
export async function runCommand(command, argv) {
  const { values, rest } = readOptions(command, argv);
  if (values.help) console.log(helpOf(command));
  else await command.run(values, rest);
}

/**
 * @param {Pick<Command, 'options' | 'takesRest'>} command
 * @param {string[]} argv
 * @throws UsageError for an unknown option or a value that it does not take
 */
export function readOptions(command, argv) {
  const options = { ...command.options, help: { kind: 'flag' } };
  const parsed = parsedWords(argv, options);
  if (parsed.positionals.length > 0 && !command.takesRest) {
    throw new UsageError(`"${parsed.positionals[0]}" is no option`);
  }
  const values = {};
  for (const [name, option] of Object.entries(options)) {
    values[name] = givenValue(name, option, parsed.values[name]);
  }
  return { values, rest: parsed.positionals };
}

function parsedWords(args, options) {
  const types = Object.entries(options).map(([name, { kind }]) => [
    name,
    { type: kind === 'flag' ? 'boolean' : 'string' },
  ]);
  try {
    return parseArgs({ args, allowPositionals: true, options: Object.fromEntries(types) });
  } catch (error) {
    throw new UsageError(error.message);
  }
}

function givenValue(name, { kind, choices, default: fallback }, given) {
  if (given === undefined) return kind === 'flag' ? false : fallback;
  if (kind === 'flag') return given;
  if (choices !== undefined && !choices.includes(given)) {
    throw new UsageError(`--${name} takes one of ${choices.join(', ')}, not "${given}"`);
  }
  if (kind === 'text') return given;
  const value = Number(given);
  if (given.trim() === '' || !Number.isFinite(value) || value < 0 || (kind === 'count' && !Number.isInteger(value))) {
    throw new UsageError(
      `--${name} takes a ${kind === 'count' ? 'whole number' : 'number'} of 0 or more, not "${given}"`,
    );
  }
  return value;
}

/** @param {Command} command */
export function helpOf({ usage, summary, about, options }) {
  const rows = Object.entries(options).map(([name, { kind, takes, choices, about: text, default: fallback }]) => {
    const word = kind === 'flag' ? '' : ` ${takes ?? choices?.join('|') ?? 'N'}`;
    const ending = fallback === undefined ? '' : ` (default: ${fallback})`;
    return [`--${name}${word}`, `${text}${ending}`];
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
  return [`Usage: npm run bench -- ${usage}`, '', summary, '', ...lines, ...(about ? ['', about] : [])].join('\n');
}

import { describe, expect, it } from 'vitest';
import { load } from './load.ts';

const { helpOf, readOptions, UsageError } = await load('command');

const command = {
  usage: 'measure [options]',
  summary: 'Measures.',
  about: 'More of it.',
  options: {
    steps: { kind: 'count', default: 5, about: 'of training' },
    rate: { kind: 'number', about: 'of learning' },
    mode: { kind: 'text', choices: ['fast', 'slow'], default: 'fast', about: 'how' },
    quiet: { kind: 'flag', about: 'say less' },
  },
};

describe('options of a bench command', () => {
  it('are read by their kind, or have their default', () => {
    expect(readOptions(command, ['--rate', '5e-5', '--quiet'])).toEqual({
      values: { steps: 5, rate: 5e-5, mode: 'fast', quiet: true, help: false },
      rest: [],
    });
  });

  it('leave what follows -- to train, where the command takes it', () => {
    const { rest } = readOptions({ ...command, takesRest: true }, ['--steps', '7', '--', '--seed', '3', 'dropout=0']);
    expect(rest).toEqual(['--seed', '3', 'dropout=0']);
  });

  it.each([
    [['--steps', '1.5'], '--steps takes a whole number of 0 or more, not "1.5"'],
    [['--rate', 'much'], '--rate takes a number of 0 or more, not "much"'],
    [['--rate', ''], '--rate takes a number of 0 or more, not ""'],
    [['--mode', 'other'], '--mode takes one of fast, slow, not "other"'],
    [['word'], '"word" is no option'],
  ])('%j are refused', (words, message) => {
    expect(() => readOptions(command, words)).toThrow(new UsageError(message));
  });

  it('are refused where there is none of the name', () => {
    expect(() => readOptions(command, ['--speed', '3'])).toThrow(UsageError);
  });

  it('are listed by --help', () => {
    expect(helpOf(command)).toBe(
      [
        'Usage: npm run bench -- measure [options]',
        '',
        'Measures.',
        '',
        '  --steps N         of training (default: 5)',
        '  --rate N          of learning',
        '  --mode fast|slow  how (default: fast)',
        '  --quiet           say less',
        '',
        'More of it.',
      ].join('\n'),
    );
  });
});

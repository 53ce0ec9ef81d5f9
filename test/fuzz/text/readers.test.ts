import { describe, expect, it } from 'vitest';
import { createAudit } from '../../../src/data/audit.ts';
import { createQuestionsAudit } from '../../../src/data/audit-questions.ts';
import { createTokensAudit } from '../../../src/data/audit-tokens.ts';
import { type ExampleFile, type ExampleWishes, examplesOf } from '../../../src/data/example-file.ts';
import { orderLabels } from '../../../src/data/label-order.ts';
import type { ByteSource } from '../../../src/data/source.ts';
import { splitKeyOf, splitLabelsOf } from '../../../src/data/split-key.ts';
import { readSquad } from '../../../src/data/squad.ts';
import { textOf } from '../../../src/data/text-source.ts';
import { requireTrainable } from '../../../src/data/trainable.ts';
import type { Example, QuestionExample, RefusedRow, TokenExample } from '../../../src/data/types.ts';
import { DataError, UsageError } from '../../../src/errors.ts';
import { type Draws, type FuzzTarget, fuzz, inputsFromEnvironment } from '../binary/fuzz.ts';
import {
  conllDocument,
  csvDocument,
  jsonTableDocument,
  plainDocument,
  questionsDocument,
  squadDocument,
  tokensDocument,
} from './documents.ts';
import { mutate, toBytes } from './mutate.ts';
import { watchdog } from './watchdog.ts';

interface Input {
  name: string;
  bytes: Uint8Array;
  /** Lengths of the pieces in which the bytes come, again and again. */
  pieces: number[];
  wishes: ExampleWishes;
}

interface Reader {
  name: string;
  site: number;
  file: string;
  document(draws: Draws): string;
  wishes(draws: Draws): ExampleWishes;
  /** How many examples and refused rows there must be at least, where that shows in the text; null: it does not. */
  rows?(text: string, file: ExampleFile): number | null;
}

/** A wish now and then. */
const maybe = <T>(draws: Draws, times: number, values: readonly T[]): T | null =>
  draws.once(times) ? draws.pick(values) : null;

const texts = (draws: Draws): ExampleWishes => ({
  task: maybe(draws, 3, ['sequence-classification', 'regression', 'multi-label', 'masked-lm', 'token-classification']),
  labelRequired: draws.once(2),
  header: maybe(draws, 5, [true, false]),
  quotes: maybe(draws, 5, [true, false]),
  delimiter: maybe(draws, 6, [',', '\t', 'none', '||', ' ', '__proto__', 'constructor', '"']),
  textColumn: maybe(draws, 6, ['text', '1', 'a', '__proto__', 'constructor', '99', '']),
  labelColumn: maybe(draws, 6, ['label', '2', 'none', '__proto__']),
  labelDelimiter: maybe(draws, 15, [',', ';', 'constructor', 'toString']),
  encoding: maybe(draws, 20, ['utf-8', 'latin1', 'utf-16le', 'shift_jis', 'nonsense']),
});

const tokens = (draws: Draws): ExampleWishes => ({
  task: maybe(draws, 2, ['token-classification']),
  labelRequired: draws.once(2),
  tagScheme: maybe(draws, 6, ['IOB1', 'IOB2', 'IOBES', 'BILOU', 'none']),
  entityOffsets: maybe(draws, 3, ['code-points', 'utf-16']),
  textColumn: maybe(draws, 10, ['tokens', 'text', '1', 'constructor', '__proto__']),
  labelColumn: maybe(draws, 10, ['tags', 'none', '2', 'constructor', '__proto__']),
});

const questions = (draws: Draws): ExampleWishes => ({
  task: maybe(draws, 2, ['question-answering']),
  labelRequired: draws.once(2),
});

/** Lines as JSON Lines counts them: each is an example or refused. */
const filledLines = (text: string) => text.split('\n').filter((line) => line.trim() !== '').length;

const readers: readonly Reader[] = [
  {
    name: 'CSV',
    site: 11,
    file: 'input.csv',
    document: csvDocument,
    wishes: texts,
    rows(text, file) {
      // Where quotes mean nothing, a line is a row.
      if (file.kind !== 'texts' || file.table.quotes?.value !== false || file.table.columns.length === 1) return null;
      const delimiter = file.table.delimiter!.value;
      const lines = text.split(/\r\n?|\n/).filter((line) => line.trim() !== '' || line.includes(delimiter));
      return lines.length - (file.table.header!.value ? 1 : 0);
    },
  },
  {
    name: 'JSON Lines of texts',
    site: 12,
    file: 'input.jsonl',
    document: jsonTableDocument,
    wishes: texts,
    rows: filledLines,
  },
  {
    name: 'JSON Lines of tagged words',
    site: 13,
    file: 'input.jsonl',
    document: tokensDocument,
    wishes: tokens,
    rows: filledLines,
  },
  {
    name: 'JSON Lines of questions',
    site: 14,
    file: 'input.jsonl',
    document: questionsDocument,
    wishes: questions,
    rows: filledLines,
  },
  {
    name: 'CoNLL',
    site: 15,
    file: 'input.conll',
    document: conllDocument,
    wishes: tokens,
    rows(text, file) {
      // Comments and lines of spans are no words; without them every run of lines is a sentence.
      if (file.kind !== 'tokens' || file.format !== 'conll' || /^[\d#]/m.test(text)) return null;
      const lines = text.split(/\r\n?|\n/).map((line) => (/^-DOCSTART-(?:[ \t]|$)|^[ \t\f\v]*$/.test(line) ? '' : 'x'));
      return lines.filter((line, i) => line !== '' && (i === 0 || lines[i - 1] === '')).length;
    },
  },
  { name: "SQuAD's JSON", site: 16, file: 'input.json', document: squadDocument, wishes: questions },
  {
    name: 'plain text',
    site: 17,
    file: 'input.txt',
    document: plainDocument,
    wishes: (draws) => ({
      task: maybe(draws, 2, ['masked-lm']),
      labelRequired: draws.once(2),
      textUnit: maybe(draws, 3, ['line', 'paragraph']),
    }),
    rows(text, file) {
      if (file.kind !== 'texts' || file.textUnit?.value !== 'line') return null;
      return text.split(/\r\n?|\n/).filter((line) => line.trim() !== '').length;
    },
  },
];

/** Bytes in memory, in pieces. */
function sourceOf({ name, bytes, pieces }: Input): ByteSource {
  return {
    name,
    head: bytes,
    headIsAll: true,
    repeatable: true,
    path: null,
    async *read() {
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const end = at + pieces[i % pieces.length]!;
        yield bytes.subarray(at, end);
        at = end;
      }
    },
    close: async () => {},
  };
}

function makeInput({ document, file, wishes }: Reader, draws: Draws): Input {
  const whole = document(draws);
  const text = draws.once(10) ? whole : mutate(whole, draws);
  // A name that says another kind, or none.
  const name = draws.once(12) ? draws.pick(['input', 'input.csv', 'input.jsonl', 'input.json', 'input.conll']) : file;
  return {
    name,
    bytes: toBytes(text, draws),
    pieces: draws.once(3) ? Array.from({ length: 5 }, () => 1 + draws.below(30)) : [1 << 20],
    wishes: wishes(draws),
  };
}

const mostCharacters = 2000;

function fail(problem: string, value: unknown): never {
  throw new Error(`${problem}: ${JSON.stringify(value)?.slice(0, 500)}`);
}

/** Reads all examples, looks through them as `data check` does, and checks each. */
async function readInput(reader: Reader, input: Input): Promise<void> {
  const { name, wishes } = input;
  const text = await textOf(sourceOf(input), wishes.encoding ?? null);
  const file = await examplesOf(text, wishes);
  const options = { maxLength: 16 };
  const audit =
    file.kind === 'tokens'
      ? createTokensAudit(options)
      : file.kind === 'questions'
        ? createQuestionsAudit(options)
        : createAudit({ ...options, task: file.task?.value ?? 'sequence-classification' });
  const refused: RefusedRow[] = [];
  const labels = new Set<string>();
  let examples = 0;
  const onRefused = (row: RefusedRow) => {
    if (!(row.line >= 1 && row.reason.length <= mostCharacters)) fail('refused', row);
    refused.push(row);
    audit.refuse('train', row);
  };
  for await (const example of file.examples(onRefused)) {
    examples++;
    checkExample(example);
    splitKeyOf(example);
    for (const label of splitLabelsOf(example)) labels.add(label);
    if (file.kind === 'texts') (audit as ReturnType<typeof createAudit>).add('train', example as Example, 5);
    else if (file.kind === 'tokens') {
      (audit as ReturnType<typeof createTokensAudit>).add('train', example as TokenExample, { tokens: 5, cutWords: 0 });
    } else {
      const length = { tokens: 5, windows: 1, lostAnswer: false };
      (audit as ReturnType<typeof createQuestionsAudit>).add('train', example as QuestionExample, length);
    }
  }
  orderLabels(labels);
  const content = new TextDecoder(text.encoding.value).decode(input.bytes);
  const isOwn = name === reader.file && (file.kind !== 'tokens' || file.format !== 'text');
  const expected = isOwn ? (reader.rows?.(content, file) ?? null) : null;
  if (expected !== null && examples + refused.length !== expected) {
    fail(`${expected} rows, but ${examples} examples and ${refused.length} refused`, content);
  }
  if (wishes.labelRequired) requireTrainable(audit.report(), name);
  await file.close();
}

function checkExample(example: Example | TokenExample | QuestionExample): void {
  if (!(example.line >= 1)) fail('no line', example);
  if ('question' in example) {
    const { context, answers = [] } = example;
    const isWrong = ({ text, start }: { text: string; start: number }) =>
      context.slice(start, start + text.length) !== text;
    if (answers.some(isWrong)) fail('an answer that is not in its context', example);
  } else if ('words' in example) {
    const { words, tags, text, offsets } = example;
    if (words.length === 0 || (tags !== undefined && tags.length !== words.length))
      fail('other tags than words', example);
    if (offsets?.some(([start, end], i) => text!.slice(start, end) !== words[i])) fail('words elsewhere', example);
  } else if (typeof example.text !== 'string' || (example.labels ?? []).some((label) => label.trim() === '')) {
    fail('no text or label', example);
  }
}

const ownKeys = Reflect.ownKeys(Object.prototype).length;

function targetOf(reader: Reader, beat: () => void): FuzzTarget<Input> {
  return {
    site: reader.site,
    make: (draws) => ({ input: makeInput(reader, draws), verdict: 'either' }),
    async read(input) {
      beat();
      try {
        await readInput(reader, input);
      } catch (error) {
        if (error instanceof UsageError) throw new DataError(error.message, { where: input.name });
        if (error instanceof DataError && !error.where?.startsWith(input.name)) fail('another place', error.where);
        throw error;
      } finally {
        if (Reflect.ownKeys(Object.prototype).length !== ownKeys) fail('Object.prototype has changed', input);
      }
    },
  };
}

describe('made-up files, good, careless and hostile', () => {
  for (const reader of readers) {
    it(`${reader.name}: read or refused by a DataError that names the file, every row counted`, async () => {
      const inputs = inputsFromEnvironment(1500);
      const watch = watchdog();
      try {
        const tally = await fuzz(targetOf(reader, watch.beat), inputs);
        console.info(reader.name, tally);
        expect(tally.read).toBeGreaterThan(0);
        expect(tally.refused).toBeGreaterThan(0);
      } finally {
        await watch.end();
      }
    }, 0);
  }
});

describe("SQuAD's JSON, read as a stream", () => {
  it('is JSON exactly where JSON.parse says so', async () => {
    const target: FuzzTarget<{ text: string; length: number }> = {
      site: 18,
      make: (draws) => {
        const whole = squadDocument(draws);
        return {
          input: { text: draws.once(10) ? whole : mutate(whole, draws), length: 1 + draws.below(40) },
          verdict: 'either',
        };
      },
      async read({ text, length }) {
        async function* pieces() {
          for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
        }
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        let problem: string | null = null;
        try {
          for await (const _ of readSquad(pieces(), 'input.json'));
        } catch (error) {
          problem = (error as Error).message;
          throw error;
        } finally {
          if (isJson === (problem?.startsWith('not JSON') ?? false)) fail(`JSON.parse: ${isJson}, ${problem}`, text);
        }
      },
    };
    const inputs = inputsFromEnvironment(3000);
    const tally = await fuzz(target, inputs);
    console.info("SQuAD's JSON as a stream", tally);
    expect(tally.read + tally.refused).toBe(inputs.count);
  }, 0);
});

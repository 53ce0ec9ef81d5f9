/** Runs a reader on made-up inputs. Every input is a function of its number, so that the one that fails can be had again. */
import { randomBelow, randomIntegers } from '../../../src/engine/random.ts';
import { DataError } from '../../../src/errors.ts';

/** Draws for one input. */
export interface Draws {
  /** A whole number of 0 .. bound - 1. */
  below(bound: number): number;
  /** True once in `times`. */
  once(times: number): boolean;
  pick<T>(values: readonly T[]): T;
}

/** What an input must come to: read, refused with a DataError, or either of the two. */
export type Verdict = 'read' | 'refused' | 'either';

export interface FuzzTarget<Input> {
  /** Tells the draws of one target from those of another. */
  site: number;
  make(draws: Draws): { input: Input; verdict: Verdict };
  /** Reads the input and checks what came of it; throws the reader's DataError. */
  read(input: Input): void | Promise<void>;
}

/** Of a long run: `FUZZ_INPUTS=10000000 npx vitest run test/fuzz/binary/safetensors.test.ts`. */
export const inputsFromEnvironment = (inCi: number): { first: number; count: number } => ({
  first: Number(process.env.FUZZ_FIRST ?? 0),
  count: Number(process.env.FUZZ_INPUTS ?? inCi),
});

/** How many inputs were read and how many refused. */
export interface FuzzTally {
  read: number;
  refused: number;
}

/**
 * Makes and reads `count` inputs from number `first` on.
 * @throws Error with the number of the input that was read though it must not be, refused though it is good, or failed in
 *   any other way than with a DataError of bounded length
 */
export async function fuzz<Input>(
  target: FuzzTarget<Input>,
  { first, count }: { first: number; count: number },
): Promise<FuzzTally> {
  const tally = { read: 0, refused: 0 };
  for (let number = first; number < first + count; number++) {
    // Promises alone would keep the test runner's own messages waiting.
    if (number % 1000 === 999) await new Promise(setImmediate);
    const { input, verdict } = target.make(drawsOf(number, target.site));
    let outcome: Verdict = 'read';
    try {
      const reading = target.read(input);
      if (reading !== undefined) await reading;
    } catch (error) {
      outcome = 'refused';
      const failure = problemOf(error);
      if (failure !== undefined) throw failed(number, failure, error);
    }
    if (verdict !== 'either' && verdict !== outcome) throw failed(number, `it was ${outcome}, expected: ${verdict}`);
    tally[outcome]++;
  }
  return tally;
}

export function drawsOf(number: number, site: number): Draws {
  const next = randomIntegers({ seed: 20240607, step: number, site });
  const below = (bound: number) => randomBelow(next, bound);
  return {
    below,
    once: (times) => below(times) === 0,
    pick: (values) => values[below(values.length)]!,
  };
}

/** What is wrong with the error that a reader threw; undefined for a DataError that a person can read. */
function problemOf(error: unknown): string | undefined {
  if (!(error instanceof DataError)) return 'no DataError was thrown';
  if (error.message.length > 2000) return `its message has ${error.message.length} characters`;
  if (error.where === undefined) return 'it names no file';
  return undefined;
}

function failed(number: number, problem: string, cause?: unknown): Error {
  return new Error(`Input ${number}: ${problem} (again with FUZZ_FIRST=${number} FUZZ_INPUTS=1).`, { cause });
}

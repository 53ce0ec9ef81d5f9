import { expect, test } from 'vitest';
import { normalizeAnswer } from '../../src/index.ts';
import { fixture, inflated } from './expected.ts';

/** Runs of characters of one kind, from U+0000 on: see `characters` of test/parity/metrics_random_text.py. */
const { runs, others } = inflated(fixture.characters) as { runs: [kind: number, length: number][]; others: string[] };

test(`every character that Unicode had in Python ${fixture.versions.python} is a letter, a space or a mark as there`, () => {
  const wrong: string[] = [];
  let code = 0;
  let other = 0;
  let compared = 0;
  for (const [kind, length] of runs) {
    for (const end = code + length; code < end; code++) {
      if (kind === 0) continue;
      const character = String.fromCodePoint(code);
      const expected = ['', 'x', `x a${character}`, `x ${character}`][kind] ?? others[other++]!;
      const actual = normalizeAnswer(`x a${character}`);
      if (actual !== expected) wrong.push(`U+${code.toString(16)}: "${actual}", expected "${expected}"`);
      compared++;
    }
  }
  expect(wrong).toEqual([]);
  expect(code).toBe(0x110000);
  expect(compared).toBeGreaterThan(280_000);
});

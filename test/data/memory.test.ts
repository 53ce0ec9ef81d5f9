import { describe, expect, it } from 'vitest';
import { openTable } from '../../src/data/table.ts';
import { DataError } from '../../src/errors.ts';

const megabyte = 1 << 20;

/** A stream of `megabytes` of one chunk again and again, after a header. */
async function* repeated(header: string, chunk: string, megabytes: number) {
  const bytes = new TextEncoder().encode(chunk);
  yield new TextEncoder().encode(header);
  for (let sent = 0; sent < megabytes * megabyte; sent += bytes.length) yield bytes;
}

/** The most that the process grew by while `work` ran, as `work` samples it. */
async function growth(work: (sample: () => void) => Promise<void>): Promise<number> {
  const before = process.memoryUsage().rss;
  let peak = before;
  await work(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  });
  return (peak - before) / megabyte;
}

// A reader that held the text would grow by 2 bytes a character and more.
describe('memory does not grow with the file', () => {
  it('300 MB of rows', async () => {
    const row = '"a text, with a comma and ""quotes"" in it, some eighty characters long, more or less",label\n';
    const grown = await growth(async (sample) => {
      const table = await openTable(repeated('text,label\n', row.repeat(2000), 300), { once: true });
      let rows = 0;
      for await (const batch of table.batches()) {
        rows += batch.length;
        sample();
      }
      expect(rows).toBeGreaterThan(3_000_000);
    });
    expect(grown).toBeLessThan(200);
  });

  it.each<[string, string, string]>([
    ['quoted', 'text,label\n"one, two",a\n"', 'x'],
    ['not quoted', 'text,label\none,a\n', 'x'],
  ])('a field of 100 MB, %s', async (kind, header, filler) => {
    const refused: unknown[] = [];
    let error: unknown;
    const grown = await growth(async (sample) => {
      try {
        const table = await openTable(repeated(header, filler.repeat(megabyte), 100), { once: true });
        for await (const _ of table.batches((row) => refused.push(row))) sample();
      } catch (thrown) {
        error = thrown;
      }
      sample();
    });
    if (kind === 'quoted') {
      expect(error).toBeInstanceOf(DataError);
      expect((error as DataError).where).toBe('standard input, line 3');
    } else {
      expect(refused).toEqual([{ line: 3, reason: 'the row is longer than 10,000,000 characters' }]);
    }
    expect(grown).toBeLessThan(200);
  });
});

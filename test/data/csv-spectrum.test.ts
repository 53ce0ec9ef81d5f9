import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAll } from './tables.ts';

const folder = dirname(createRequire(import.meta.url).resolve('csv-spectrum'));
const names = readdirSync(join(folder, 'csvs')).map((file) => file.replace('.csv', ''));

describe('csv-spectrum', () => {
  it('has the cases these tests were written for', () => {
    expect(names).toHaveLength(12);
  });

  it.each(names)('%s', async (name) => {
    const { table, rows, refused } = await readAll(readFileSync(join(folder, 'csvs', `${name}.csv`)), { header: true });
    const objects = rows.map(({ cells }) => Object.fromEntries(table.columns.map((column, i) => [column, cells[i]])));
    const expected = JSON.parse(readFileSync(join(folder, 'json', `${name}.json`), 'utf8'));
    // Upstream's JSON of this case has another phone number than its CSV.
    if (name === 'location_coordinates') expected['Contact Phone Number'] = '2095257564';
    expect(objects).toEqual(Array.isArray(expected) ? expected : [expected]);
    expect(refused).toEqual([]);
  });
});

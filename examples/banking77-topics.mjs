/**
 * Turns banking77's 77 intents into several labels a row: the words of an intent's name that stand in at least three of
 * them ("card_payment_fee_charged": card, payment, fee).
 *
 * Use: node examples/banking77-topics.mjs topics      writes topics/train.csv and topics/test.csv
 * Then: npx distiltune train topics --task multi-label --epochs 3 --learning-rate 2e-4
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';

const [folder = 'topics'] = process.argv.slice(2);
const data = new URL('./data/banking77/', import.meta.url);
const read = (name) =>
  Papa.parse(readFileSync(new URL(name, data), 'utf8'), { header: true, skipEmptyLines: true }).data;
const wordsOf = (intent) =>
  new Set(
    intent
      .toLowerCase()
      .replace(/[^a-z_]/g, '')
      .split('_'),
  );
const small = new Set(['my', 'or', 'not', 'for', 'by', 'of', 'to', 'on', 'with', 'is', 'the', 'in', 'get']);

const train = read('train.csv');
const intents = new Map();
for (const intent of new Set(train.map((row) => row.category))) {
  for (const word of wordsOf(intent)) intents.set(word, (intents.get(word) ?? 0) + 1);
}
const topics = new Set([...intents].filter(([word, count]) => count >= 3 && !small.has(word)).map(([word]) => word));

mkdirSync(folder, { recursive: true });
for (const name of ['train.csv', 'test.csv']) {
  const rows = read(name).map(({ text, category }) => ({
    text,
    topics: [...wordsOf(category)].filter((word) => topics.has(word)).join(';'),
  }));
  writeFileSync(join(folder, name), Papa.unparse(rows));
}
console.log(`${topics.size} topics: ${[...topics].sort().join(', ')}`);

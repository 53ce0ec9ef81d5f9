/**
 * Turns banking77's 77 intents into several labels a row: the words of an intent's name that stand in at least three of
 * them ("card_payment_fee_charged": card, payment, fee).
 *
 * Use: node examples/banking77-topics.mjs topics      writes topics/train.csv and topics/test.csv
 * Then: npx distiltune train topics --task multi-label --epochs 3 --learning-rate 2e-4
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readLabelledFile } from 'distiltune';

const [folder = 'topics'] = process.argv.slice(2);
const data = new URL('./data/banking77/', import.meta.url);
const read = async (name) => (await readLabelledFile(fileURLToPath(new URL(name, data)))).examples;
const csv = (rows) => rows.map((cells) => `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`)}\n`).join('');
const wordsOf = (intent) =>
  new Set(
    intent
      .toLowerCase()
      .replace(/[^a-z_]/g, '')
      .split('_'),
  );
const small = new Set(['my', 'or', 'not', 'for', 'by', 'of', 'to', 'on', 'with', 'is', 'the', 'in', 'get']);

const train = await read('train.csv');
const intents = new Map();
for (const intent of new Set(train.map(({ label }) => label))) {
  for (const word of wordsOf(intent)) intents.set(word, (intents.get(word) ?? 0) + 1);
}
const topics = new Set([...intents].filter(([word, count]) => count >= 3 && !small.has(word)).map(([word]) => word));

mkdirSync(folder, { recursive: true });
for (const name of ['train.csv', 'test.csv']) {
  const rows = (await read(name)).map(({ text, label }) => {
    return [text, [...wordsOf(label)].filter((word) => topics.has(word)).join(';')];
  });
  writeFileSync(join(folder, name), csv([['text', 'topics'], ...rows]));
}
console.log(`${topics.size} topics: ${[...topics].sort().join(', ')}`);

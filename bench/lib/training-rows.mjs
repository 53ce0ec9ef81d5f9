/** Rows of our own to train on, as many as are wanted. */
import { readFileSync } from 'node:fs';
import Papa from 'papaparse';

/**
 * @param {{ train: string }} task whose file has columns `text` and `category`
 * @param {number} count texts that come again have a number added, so that they are not duplicates
 * @returns {[text: string, label: string][]}
 */
export function trainingRows({ train }, count) {
  const { data } = Papa.parse(readFileSync(train, 'utf8'), { header: true, skipEmptyLines: true });
  // Evenly over the file, which has one label after the other.
  const step = Math.max(1, Math.floor(data.length / count));
  return Array.from({ length: count }, (_, i) => {
    const { text, category } = data[(i * step) % data.length];
    const round = Math.floor((i * step) / data.length);
    return [round === 0 ? text : `${text} ${round}`, category];
  });
}

/** @param {[string, string][]} rows */
export const csvOf = (rows) => `${Papa.unparse({ fields: ['text', 'category'], data: rows }, { newline: '\n' })}\n`;

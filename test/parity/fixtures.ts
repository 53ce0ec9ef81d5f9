import { readFileSync } from 'node:fs';
import { readHeader, readTensor } from '../../src/encoder/safetensors.ts';

const folder = new URL('./fixtures/', import.meta.url);

export function fixtureJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T;
}

/** All tensors of a fixture, by name. */
export async function fixtureTensors(name: string): Promise<Map<string, Float32Array>> {
  const bytes = new Uint8Array(readFileSync(new URL(name, folder)));
  const source = {
    size: bytes.length,
    read: async (offset: number, length: number) => bytes.slice(offset, offset + length),
  };
  const tensors = new Map<string, Float32Array>();
  for (const entry of (await readHeader(source, name)).tensors.values()) {
    tensors.set(entry.name, await readTensor(source, entry, name));
  }
  return tensors;
}

/** Largest |a - b| over two whole tensors. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) throw new Error(`lengths differ: ${actual.length} and ${expected.length}`);
  let largest = 0;
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (!(difference <= largest)) largest = difference; // NaN comes through
  }
  return largest;
}

export function largestMagnitude(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  return largest;
}

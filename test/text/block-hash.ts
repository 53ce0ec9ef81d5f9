import { createHash } from 'node:crypto';

/** Hashes encodings in blocks, as the class Hasher of test/parity/tokenizer.py does. */
export function blockHasher(block: number) {
  const hashes: string[] = [];
  let count = 0;
  let hash = createHash('sha256');
  const close = () => {
    hashes.push(hash.digest('hex').slice(0, 16));
    hash = createHash('sha256');
  };
  return {
    put(ids: Int32Array, ...rest: Array<ReadonlyArray<number | null>>) {
      const values = [ids.length, ...rest.flat().map((value) => value ?? -1)];
      hash.update(Int32Array.of(values[0]!));
      hash.update(ids);
      hash.update(Int32Array.from(values.slice(1)));
      if (++count % block === 0) close();
    },
    result() {
      if (count % block > 0) close();
      return { count, hashes };
    },
  };
}

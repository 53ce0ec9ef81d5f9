/**
 * Append-only compact storage of tokenised examples, so that training on a large file needs neither its text nor an
 * object per example in memory: 2 bytes a token where the vocabulary has at most 65,536 ids, else 4, and 8 bytes an
 * example, allocated in chunks that are never copied.
 */
export interface TokenStore {
  /** Number of examples. */
  readonly length: number;
  readonly totalTokens: number;
  /** Memory held by the ids and offsets, in bytes. */
  readonly bytes: number;
  /** For each id of the vocabulary, 1 where some example has it, [V]. */
  readonly seen: Readonly<Uint8Array>;
  /** Appends an example's ids. Throws `RangeError` for an id outside the vocabulary and stores nothing of it then. */
  add(ids: ArrayLike<number>): void;
  /** Number of tokens of example `i`. Throws `RangeError` when there is none. */
  lengthOf(i: number): number;
  /** A copy of the ids of example `i`: [L]. Throws `RangeError` when there is none. */
  idsOf(i: number): Int32Array;
}

/**
 * @param vocabSize ids are 0 to `vocabSize` - 1
 * @param chunkTokens tokens per chunk
 */
export function createTokenStore(vocabSize: number, chunkTokens = 1 << 20): TokenStore {
  const chunkEnds = 1 << 16;
  const idChunks: Array<Uint16Array | Uint32Array> = [];
  const newIdChunk = () => (vocabSize <= 1 << 16 ? new Uint16Array(chunkTokens) : new Uint32Array(chunkTokens));
  // Where each example ends in the sequence of all tokens; a double is exact far beyond any file's token count.
  const endChunks: Float64Array[] = [];
  const seen = new Uint8Array(vocabSize);
  let length = 0;
  let totalTokens = 0;

  const endOf = (i: number): number => (i < 0 ? 0 : endChunks[Math.floor(i / chunkEnds)]![i % chunkEnds]!);
  const checkIndex = (i: number): void => {
    if (!Number.isInteger(i) || i < 0 || i >= length) {
      throw new RangeError(`example ${i} is not in a store of ${length}`);
    }
  };

  return {
    get length() {
      return length;
    },
    get totalTokens() {
      return totalTokens;
    },
    get bytes() {
      return [...idChunks, ...endChunks].reduce((sum, chunk) => sum + chunk.byteLength, 0);
    },
    seen,
    add(ids) {
      for (let k = 0; k < ids.length; k++) {
        const id = ids[k]!;
        if (!Number.isInteger(id) || id < 0 || id >= vocabSize) {
          throw new RangeError(`token id ${id} is not in a vocabulary of ${vocabSize}`);
        }
      }
      for (let k = 0; k < ids.length; k++) {
        const at = totalTokens % chunkTokens;
        if (at === 0) idChunks.push(newIdChunk());
        idChunks.at(-1)![at] = ids[k]!;
        seen[ids[k]!] = 1;
        totalTokens++;
      }
      if (length % chunkEnds === 0) endChunks.push(new Float64Array(chunkEnds));
      endChunks.at(-1)![length % chunkEnds] = totalTokens;
      length++;
    },
    lengthOf(i) {
      checkIndex(i);
      return endOf(i) - endOf(i - 1);
    },
    idsOf(i) {
      checkIndex(i);
      const end = endOf(i);
      let from = endOf(i - 1);
      const ids = new Int32Array(end - from);
      for (let filled = 0; from < end; ) {
        const chunk = idChunks[Math.floor(from / chunkTokens)]!;
        const start = from % chunkTokens;
        const part = chunk.subarray(start, Math.min(chunkTokens, start + end - from));
        ids.set(part, filled);
        filled += part.length;
        from += part.length;
      }
      return ids;
    },
  };
}

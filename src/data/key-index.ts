/** Numbers keys 0, 1, 2, ... in the order of their first appearance. */
export interface KeyIndex {
  /** The number of a key; a new key gets the next one. */
  add(key: number): number;
  /** How many different keys there are. */
  readonly size: number;
}

const empty = -1;

/**
 * A hash table of numbers in two typed arrays (open addressing, at most half full): some 25 bytes a key, where a `Map`
 * takes more and ends at 16.7 million. Keys are whole numbers from 0 below 2^53.
 */
export function createKeyIndex(): KeyIndex {
  let capacity = 1024;
  let keys = new Float64Array(capacity);
  let numbers = new Int32Array(capacity).fill(empty);
  let size = 0;

  const slotOf = (key: number): number => {
    const mask = capacity - 1;
    let slot = Math.imul((key / 2 ** 21) ^ key, 0x9e3779b1) >>> 0;
    slot = (slot ^ (slot >>> 15)) & mask;
    while (numbers[slot] !== empty && keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  };

  const grow = () => {
    const oldKeys = keys;
    const oldNumbers = numbers;
    capacity *= 2;
    keys = new Float64Array(capacity);
    numbers = new Int32Array(capacity).fill(empty);
    for (let old = 0; old < oldKeys.length; old++) {
      if (oldNumbers[old] === empty) continue;
      const slot = slotOf(oldKeys[old]!);
      keys[slot] = oldKeys[old]!;
      numbers[slot] = oldNumbers[old]!;
    }
  };

  return {
    add(key) {
      let slot = slotOf(key);
      if (numbers[slot] !== empty) return numbers[slot]!;
      if (2 * size >= capacity) {
        grow();
        slot = slotOf(key);
      }
      keys[slot] = key;
      numbers[slot] = size;
      return size++;
    },
    get size() {
      return size;
    },
  };
}

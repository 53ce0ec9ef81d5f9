/** Rows of like length side by side, padded to the longest: how runtimes that take blocks are fed best. */

/**
 * @param {ArrayLike<number>[]} rows token ids
 * @param {number} size rows of a batch
 * @param {number} padding the id that fills up
 * @returns batches, the longest rows first: `members` are places in `rows`; `ids` and `mask` [count, length], int64
 */
export function paddedBatches(rows, size, padding) {
  const order = rows.map((_, i) => i).sort((a, b) => rows[b].length - rows[a].length || a - b);
  const batches = [];
  for (let start = 0; start < order.length; start += size) {
    const members = order.slice(start, start + size);
    const length = rows[members[0]].length;
    const ids = new BigInt64Array(members.length * length).fill(BigInt(padding));
    const mask = new BigInt64Array(members.length * length);
    members.forEach((member, i) => {
      for (let k = 0; k < rows[member].length; k++) {
        ids[i * length + k] = BigInt(rows[member][k]);
        mask[i * length + k] = 1n;
      }
    });
    batches.push({ members, length, ids, mask });
  }
  return batches;
}

import type { Window } from '../../text/windows.ts';

/** Every token of a text once, special tokens left out. N is their number. */
export interface JoinedTokens {
  /** [N] */
  ids: Int32Array;
  /** [N], as in the windows. */
  offsets: Array<[start: number, end: number]>;
  /** [N], as in the windows. */
  wordIds: Array<number | null>;
  /** Position of the first of them in the text's whole encoding: the number of tokens that every window begins with. */
  firstIndex: number;
  /** [N, C] */
  logits: Float32Array;
}

/**
 * Puts the overlapping windows of a text together again. A token's outputs come from the window in which it has the
 * most context: where its distance to the nearer edge is largest; on a tie from the earlier window. (That the text's own
 * ends cut nothing off makes no difference: a window that holds one is chosen there anyway.)
 * @param windows of one text, in order
 * @param logits of each window, one row per token, special tokens included: [L, C]
 */
export function joinWindows(windows: readonly Window[], logits: readonly Float32Array[]): JoinedTokens {
  const last = windows.at(-1)!;
  const count = last.before + last.span[1] - last.span[0];
  const width = logits[0]!.length / windows[0]!.ids.length;
  const joined: JoinedTokens = {
    ids: new Int32Array(count),
    offsets: new Array(count),
    wordIds: new Array(count),
    firstIndex: windows[0]!.span[0],
    logits: new Float32Array(count * width),
  };
  const mostContext = new Float64Array(count).fill(-1);
  windows.forEach(({ ids, offsets, wordIds, span, before }, index) => {
    for (let position = span[0]; position < span[1]; position++) {
      const token = before + position - span[0];
      const context = Math.min(position - span[0], span[1] - 1 - position);
      if (context <= mostContext[token]!) continue;
      mostContext[token] = context;
      joined.ids[token] = ids[position]!;
      joined.offsets[token] = offsets[position]!;
      joined.wordIds[token] = wordIds[position]!;
      joined.logits.set(logits[index]!.subarray(position * width, (position + 1) * width), token * width);
    }
  });
  return joined;
}

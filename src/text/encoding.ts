import { longestFirst } from './truncation.ts';

/** The token ids of one example, special tokens included. L is their number. DistilBERT has no token types. */
export interface Encoding {
  /** [L] */
  ids: Int32Array;
  /** Tokens before truncation, special tokens included. */
  fullLength: number;
  truncated: boolean;
}

/** An encoding that knows where each token stands in its text. The arrays have L entries. */
export interface AlignedEncoding extends Encoding {
  /**
   * Start and end in the token's sequence (in `encodeWords`: in the token's word) as UTF-16 indices, so that
   * `text.slice(start, end)` is what the token stands for; [0, 0] for special tokens that were added.
   */
  offsets: Array<[start: number, end: number]>;
  /** The word, counted in each sequence from 0; in `encodeWords` the index of the given word; null if added. */
  wordIds: Array<number | null>;
  /** 0 for the first text, 1 for the second, null if added. */
  sequenceIds: Array<0 | 1 | null>;
}

/** The tokens of one text or word, no special tokens added. */
export interface Piece {
  ids: number[];
  offsets: Array<[number, number]>;
  wordIds: Array<number | null>;
}

/** Where the added special tokens (ids) and the sequences (0, 1) go. */
export type Layout = Array<{ id: number } | { sequence: 0 | 1 }>;

/** Truncates the sequences to `room` tokens together and puts the special tokens around them. */
export function assemble(
  layout: Layout,
  pieces: readonly Piece[],
  room: number,
  dropsFromLeft: boolean,
  aligned: boolean,
): Encoding | AlignedEncoding {
  const lengths = pieces.map((piece) => piece.ids.length);
  const kept = longestFirst(lengths, room);
  const total = (counts: number[]) => counts.reduce((sum, count) => sum + count, layout.length - pieces.length);
  const fullLength = total(lengths);
  const length = total(kept);
  const ids = new Int32Array(length);
  const offsets: AlignedEncoding['offsets'] = [];
  const wordIds: AlignedEncoding['wordIds'] = [];
  const sequenceIds: AlignedEncoding['sequenceIds'] = [];
  let at = 0;
  for (const part of layout) {
    if ('id' in part) {
      ids[at++] = part.id;
      if (aligned) {
        offsets.push([0, 0]);
        wordIds.push(null);
        sequenceIds.push(null);
      }
      continue;
    }
    const piece = pieces[part.sequence]!;
    const from = dropsFromLeft ? lengths[part.sequence]! - kept[part.sequence]! : 0;
    const to = from + kept[part.sequence]!;
    for (let index = from; index < to; index++) {
      ids[at++] = piece.ids[index]!;
      if (aligned) {
        offsets.push([...piece.offsets[index]!]);
        wordIds.push(piece.wordIds[index]!);
        sequenceIds.push(part.sequence);
      }
    }
  }
  const encoding = { ids, fullLength, truncated: length < fullLength };
  return aligned ? { ...encoding, offsets, wordIds, sequenceIds } : encoding;
}

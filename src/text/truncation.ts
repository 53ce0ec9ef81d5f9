/**
 * How many tokens of one or two sequences are kept when they share `room` tokens: the `longest_first` strategy of
 * Hugging Face's tokenizers (`truncate_encodings` in `utils/truncation.rs`). The longer sequence gives way first; when
 * both must, they end equal, and an odd token goes to the one that was longer, on a tie to the second.
 *
 * @param lengths tokens of each sequence, special tokens not counted; one or two entries
 * @param room tokens that may be kept together, at least 0
 */
export function longestFirst(lengths: readonly number[], room: number): number[] {
  const [first = 0, second] = lengths;
  if (second === undefined) return [Math.min(first, room)];
  if (first + second <= room) return [first, second];
  let shorter = Math.min(first, second);
  let longer = room - shorter;
  if (longer < shorter) {
    shorter = Math.floor(room / 2);
    longer = room - shorter;
  }
  return first > second ? [longer, shorter] : [shorter, longer];
}

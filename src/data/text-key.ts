/**
 * A 53-bit key of an example's text (and pair): equal texts have equal keys, and two of a million different texts share
 * one with a chance of about 1 in 20,000. Blanks around a text do not count: the tokenizer drops them.
 */
export function textKey(text: string, pair?: string): number {
  let high = 0x243f6a88;
  let low = 0x13198a2e;
  const mix = (value: string) => {
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      high = Math.imul(high ^ unit, 0x85ebca6b);
      high = (high << 13) | (high >>> 19);
      low = Math.imul(low ^ unit, 0xc2b2ae35);
      low = (low << 15) | (low >>> 17);
    }
  };
  mix(text.trim());
  if (pair !== undefined) {
    // A separator that no 16-bit code unit equals, so that ("ab", "c") and ("a", "bc") differ.
    high = Math.imul(high ^ 0x10000, 0x85ebca6b);
    low = Math.imul(low ^ 0x10000, 0xc2b2ae35);
    mix(pair.trim());
  }
  high = finish(high ^ low);
  low = finish(low + high);
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}

/** The finalizer of MurmurHash3: every input bit changes every output bit with a chance of about one half. */
function finish(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * Translates offsets that count code points into offsets that index the JavaScript string.
 * Returns undefined when the two are the same: no character of the text lies beyond the basic plane.
 *
 * The result maps a code point's index to its UTF-16 index and has one entry more than the text has code points,
 * so that an end offset can be looked up too. A lone surrogate is one code point, as in the text's UTF-8 form, where
 * U+FFFD stands for it.
 */
export function utf16Indices(text: string): Uint32Array | undefined {
  const firstPair = text.search(/[\u{10000}-\u{10FFFF}]/u);
  if (firstPair < 0) return undefined;
  const indices = new Uint32Array(text.length + 1);
  let codePoints = 0;
  for (let index = 0; index < text.length; codePoints++) {
    indices[codePoints] = index;
    index += text.codePointAt(index)! > 0xffff ? 2 : 1;
  }
  indices[codePoints] = text.length;
  return indices.subarray(0, codePoints + 1);
}

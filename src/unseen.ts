const unseen =
  /(?![\t\n\r])[\p{Cc}\p{Cs}\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]/gu;

/**
 * Gives what would not be seen, or would turn a text around, by its number: control characters but for tabs and line ends,
 * the marks of Unicode's bidirectional algorithm, blanks of no width, halves of characters.
 */
export const showUnseen = (text: string): string =>
  text.replace(unseen, (character) => {
    return `⟨U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });

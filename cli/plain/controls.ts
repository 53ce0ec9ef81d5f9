/** What a terminal acts on instead of showing it, but for line ends and tabs; and what turns a text around. */
const controls = /(?![\n\t])[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
/** The same, but for the colours and attributes that our own lines have. None of these hides a text or makes it blink. */
const controlsButColours = new RegExp(
  `(\\u001b\\[(?:[0-4]|7|9|2[2-9]|[34]\\d|9[0-7]|10[0-7])m)|${controls.source}`,
  'gu',
);

/**
 * A text whose control characters are written as `\u001b`: whatever file it comes from, it cannot draw on a terminal. In a JSON
 * document that is the same character.
 */
export function escapeControls(text: string): string {
  return text.replace(controls, escaped);
}

/** A line of ours, its colours left as they are. */
export function escapeControlsButColours(text: string): string {
  return text.replace(controlsButColours, (found, colour?: string) => colour ?? escaped(found));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

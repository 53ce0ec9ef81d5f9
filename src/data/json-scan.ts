/** How far into a string, list or object of a JSON text a scan has come. */
export interface JsonScan {
  depth: number;
  deepest: number;
  isString: boolean;
  /** The character that comes is behind a backslash. */
  isEscaped: boolean;
}

const bounds = /["[\]{}]/g;
const insideString = /["\\]/g;

export function beginScan(): JsonScan {
  return { depth: 0, deepest: 0, isString: false, isEscaped: false };
}

/** Goes on to the end of the value. Returns where the text goes on behind it; -1 where the value goes on in the next piece. */
export function scanJson(text: string, start: number, scan: JsonScan): number {
  for (let at = start; at < text.length; ) {
    if (scan.isEscaped) {
      scan.isEscaped = false;
      at++;
      continue;
    }
    const found = search(scan.isString ? insideString : bounds, text, at);
    if (found < 0) return -1;
    at = found + 1;
    const character = text[found]!;
    if (character === '\\') scan.isEscaped = true;
    else if (character === '"') scan.isString = !scan.isString;
    else if (character === '{' || character === '[') scan.deepest = Math.max(scan.deepest, ++scan.depth);
    else scan.depth--;
    if (scan.depth === 0 && !scan.isString) return at;
  }
  return -1;
}

/** Where the next match of a global pattern of one character is; -1: nowhere. */
export function search(what: RegExp, text: string, from: number): number {
  what.lastIndex = from;
  return what.test(text) ? what.lastIndex - 1 : -1;
}

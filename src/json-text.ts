/** What a JSON text says that its parsed value does not tell: keys given twice, depth, where a member stands. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Calls `visit` with the place of every bracket, comma, colon and text of a JSON text, in order. A text's place is from its
 * opening quote to behind its closing one.
 * @param json a text that `JSON.parse` accepts
 */
function eachMark(json: string, visit: (mark: string, start: number, end: number) => void): void {
  for (let position = 0; position < json.length; position++) {
    const mark = json[position]!;
    if (mark === '"') {
      const start = position++;
      // By codes: most of a vocabulary's time goes here.
      for (let code = json.charCodeAt(position); code !== QUOTE; code = json.charCodeAt(position)) {
        position += code === BACKSLASH ? 2 : 1;
      }
      visit(mark, start, position + 1);
    } else if (mark === '{' || mark === '}' || mark === '[' || mark === ']' || mark === ',' || mark === ':') {
      visit(mark, position, position + 1);
    }
  }
}

/** The text that a place holds. */
function textAt(json: string, start: number, end: number): string {
  const text = json.slice(start + 1, end - 1);
  return text.includes('\\') ? JSON.parse(json.slice(start, end)) : text;
}

/**
 * The first key that an object of a JSON text has twice; undefined where each has its keys once. `JSON.parse` would keep
 * the last one in silence.
 * @param json a text that `JSON.parse` accepts
 */
export function duplicateKey(json: string): string | undefined {
  /** Keys met so far, one set for each open object, undefined for an open array. */
  const open: (Set<string> | undefined)[] = [];
  let expectsKey = false;
  let twice: string | undefined;
  eachMark(json, (mark, start, end) => {
    if (mark === '{' || mark === '[') {
      open.push(mark === '{' ? new Set() : undefined);
      expectsKey = mark === '{';
    } else if (mark === '}' || mark === ']') {
      open.pop();
    } else if (mark === ',') {
      expectsKey = open.at(-1) !== undefined;
    } else if (mark === '"' && expectsKey) {
      expectsKey = false;
      const key = textAt(json, start, end);
      const keys = open.at(-1)!;
      if (keys.has(key)) twice ??= key;
      keys.add(key);
    }
  });
  return twice;
}

/** Deeper than any file of a model is; what JSON.parse still takes, JSON.stringify cannot write any more. */
const MOST_NESTED = 100;

/**
 * Whether lists and objects stand in one another more than 100 deep.
 * @param json a text that `JSON.parse` accepts
 */
export function isNestedTooDeep(json: string): boolean {
  let depth = 0;
  let deepest = 0;
  eachMark(json, (mark) => {
    if (mark === '{' || mark === '[') deepest = Math.max(deepest, ++depth);
    else if (mark === '}' || mark === ']') depth--;
  });
  return deepest > MOST_NESTED;
}

/**
 * A JSON object's text with the values of the named top-level members replaced by null and every other byte kept.
 * (Parsing and writing again would reorder a vocabulary's number-like words.)
 * @param json a text that `JSON.parse` accepts
 */
export function withNullMembers(json: string, names: ReadonlySet<string>): string {
  let result = '';
  let copiedTo = 0;
  let depth = 0;
  let key = '';
  let valueFrom = -1;
  eachMark(json, (mark, start, end) => {
    if (depth === 1 && valueFrom >= 0 && (mark === ',' || mark === '}')) {
      if (names.has(key)) {
        const value = json.slice(valueFrom, start);
        result += json.slice(copiedTo, valueFrom) + value.replace(value.trim(), 'null');
        copiedTo = start;
      }
      valueFrom = -1;
    }
    if (mark === '{' || mark === '[') depth++;
    else if (mark === '}' || mark === ']') depth--;
    else if (depth === 1 && mark === ':') valueFrom = end;
    else if (depth === 1 && valueFrom < 0 && mark === '"') key = textAt(json, start, end);
  });
  return result + json.slice(copiedTo);
}

/**
 * The first key that an object of a JSON text has twice; undefined where each has its keys once. `JSON.parse` would keep
 * the last one in silence.
 * @param json a text that `JSON.parse` accepts
 */
export function duplicateKey(json: string): string | undefined {
  /** Keys met so far, one set for each open object, undefined for an open array. */
  const open: (Set<string> | undefined)[] = [];
  let expectsKey = false;
  for (let position = 0; position < json.length; position++) {
    const character = json[position];
    if (character === '{' || character === '[') {
      open.push(character === '{' ? new Set() : undefined);
      expectsKey = character === '{';
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === ',') {
      expectsKey = open.at(-1) !== undefined;
    } else if (character === '"') {
      const start = position++;
      while (json[position] !== '"') position += json[position] === '\\' ? 2 : 1;
      if (!expectsKey) continue;
      expectsKey = false;
      const key: string = JSON.parse(json.slice(start, position + 1));
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

import { beginScan, scanJson, search } from './json-scan.ts';
import { maxRowLength } from './limits.ts';

/** Reads one JSON document that comes in pieces, value by value: what is held is the value that is asked for. */
export interface JsonReader {
  /** The character that comes next, blanks left out, without taking it; `''` at the end of the text. */
  next(): Promise<string>;
  /** Takes the character that comes next, if it is this one. */
  accept(character: string): Promise<boolean>;
  /** Takes it. @throws JsonProblem when another comes */
  expect(character: string): Promise<void>;
  /**
   * The keys of the object that begins here, each once its value is to be taken next. The caller takes it.
   * @throws JsonProblem
   */
  keys(): AsyncGenerator<string>;
  /** The elements of the list that begins here: counts them from 0, each once it is to be taken. @throws JsonProblem */
  elements(): AsyncGenerator<number>;
  /**
   * Takes the value that begins here, parsed; undefined where it is longer than the limit, and then only its end is looked
   * for.
   * @throws JsonProblem
   */
  value(limit: number): Promise<unknown>;
  /** @throws JsonProblem when anything follows */
  end(): Promise<void>;
  /** Characters taken so far. */
  taken(): number;
}

/** A text that is no JSON, and where that shows. */
export class JsonProblem extends Error {
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

const blanks = /[^ \t\n\r]/g;
const behindPlain = /[ \t\n\r,:[\]{}"]/g;

/** @param texts the document, without a byte order mark */
export function createJsonReader(texts: AsyncIterable<string>): JsonReader {
  const iterator = texts[Symbol.asyncIterator]();
  let text = '';
  let at = 0;
  /** Of the first character of `text`. */
  let line = 1;
  let column = 1;
  let taken = 0;

  const advance = async (): Promise<boolean> => {
    [line, column] = placeOf(text.length);
    taken += text.length;
    text = '';
    at = 0;
    // A piece may be empty, the end may not.
    while (text === '') {
      const piece = await iterator.next();
      if (piece.done) return false;
      text = piece.value;
    }
    return true;
  };

  const placeOf = (index: number): [line: number, column: number] => {
    let ends = 0;
    let lineStart = 0;
    for (let end = text.indexOf('\n'); end >= 0 && end < index; end = text.indexOf('\n', end + 1)) {
      ends++;
      lineStart = end + 1;
    }
    return [line + ends, (ends === 0 ? column : 1) + index - lineStart];
  };

  const problem = (message: string) => new JsonProblem(message, ...placeOf(at));

  const next = async (): Promise<string> => {
    for (;;) {
      const found = search(blanks, text, at);
      if (found >= 0) {
        at = found;
        return text[at]!;
      }
      if (!(await advance())) return '';
    }
  };

  const unexpected = (found: string) =>
    problem(found === '' ? 'Unexpected end of JSON input' : `Unexpected token ${JSON.stringify(found)}`);

  /** The text of the value that begins here; null where it is too long. */
  const raw = async (limit: number): Promise<string | null> => {
    const first = await next();
    const pieces: string[] = [];
    let length = 0;
    /** Where in the text the value goes on that is not in the pieces. */
    let from = at;
    const keep = () => {
      length += at - from;
      // Of a value that is too long only the end is needed.
      if (length <= limit) pieces.push(text.slice(from, at));
      else pieces.length = 0;
      from = at;
    };
    const more = async () => {
      at = text.length;
      keep();
      from = 0;
      return advance();
    };
    const scan = beginScan();
    /** Goes behind the string, list or object; false where it goes on in the next piece. */
    const skip = (): boolean => {
      const end = scanJson(text, at, scan);
      if (end >= 0) at = end;
      return end >= 0;
    };
    /** The same for a number or a word. */
    const skipPlain = (): boolean => {
      const found = search(behindPlain, text, at);
      if (found >= 0) at = found;
      return found >= 0;
    };
    if (first === '"' || first === '{' || first === '[') {
      while (!skip()) if (!(await more())) throw unexpected('');
    } else {
      while (!skipPlain()) if (!(await more())) break;
    }
    keep();
    return length <= limit ? pieces.join('') : null;
  };

  const reader: JsonReader = {
    next,
    async accept(character) {
      if ((await next()) !== character) return false;
      at++;
      return true;
    },
    async expect(character) {
      const found = await next();
      if (found !== character) throw unexpected(found);
      at++;
    },
    async *keys() {
      await reader.expect('{');
      if (await reader.accept('}')) return;
      do {
        if ((await next()) !== '"') throw unexpected(await next());
        const key = await reader.value(maxRowLength);
        await reader.expect(':');
        yield typeof key === 'string' ? key : '';
      } while (await reader.accept(','));
      await reader.expect('}');
    },
    async *elements() {
      await reader.expect('[');
      if (await reader.accept(']')) return;
      let index = 0;
      do yield index++;
      while (await reader.accept(','));
      await reader.expect(']');
    },
    async value(limit) {
      const first = await next();
      const place = placeOf(at);
      const found = await raw(limit);
      if (found === null) return undefined;
      if (found === '') throw unexpected(first);
      try {
        return JSON.parse(found) as unknown;
      } catch (error) {
        throw new JsonProblem((error as Error).message, ...place);
      }
    },
    async end() {
      const found = await next();
      if (found !== '') throw unexpected(found);
    },
    taken: () => taken + at,
  };
  return reader;
}

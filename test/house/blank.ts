/**
 * TypeScript source with comments, and with strings too, replaced by spaces (line breaks stay), so that what is left can be
 * searched with regular expressions. Code inside `${...}` of a template is code.
 */
export interface BlankedSource {
  /** Without comments and templates; quoted strings, and so the names of imported modules, are kept. */
  withStrings: string;
  /** Without comments, strings, templates and regular expressions. */
  codeOnly: string;
}

export function blankSource(source: string): BlankedSource {
  const withStrings = source.split('');
  const codeOnly = source.split('');
  const blank = (target: string[], from: number, to: number) => {
    for (let i = from; i < to; i++) if (target[i] !== '\n') target[i] = ' ';
  };
  // One entry per template being inside of: how many braces are open in its current `${`.
  const templates: number[] = [];
  let lastCode = '';
  let i = 0;
  while (i < source.length) {
    const rest = source.slice(i, i + 2);
    const char = source[i]!;
    const start = i;
    if (rest === '//' || rest === '/*') {
      const end = rest === '//' ? source.indexOf('\n', i) : source.indexOf('*/', i + 2) + 2;
      i = end < start + 2 ? source.length : end;
      blank(withStrings, start, i);
      blank(codeOnly, start, i);
      continue;
    }
    if (char === "'" || char === '"') {
      i = endOf(source, i, char);
      blank(codeOnly, start, i);
    } else if (char === '/' && startsRegularExpression(source.slice(Math.max(0, i - 12), i), lastCode)) {
      i = endOf(source, i, '/');
      while (/[a-z]/.test(source[i] ?? '')) i++;
      blank(withStrings, start, i);
      blank(codeOnly, start, i);
    } else if (char === '`' || (char === '}' && templates.at(-1) === 0)) {
      if (char === '}') templates.pop();
      i = endOfTemplatePart(source, i);
      if (source[i - 1] === '{') templates.push(0);
      blank(withStrings, start, i);
      blank(codeOnly, start, i);
    } else {
      if (templates.length > 0 && char === '{') templates[templates.length - 1]!++;
      if (templates.length > 0 && char === '}') templates[templates.length - 1]!--;
      i++;
    }
    if (char.trim() !== '') lastCode = char;
  }
  return { withStrings: withStrings.join(''), codeOnly: codeOnly.join('') };
}

/** Where a quoted string or regular expression that begins at `start` ends; at the line's end if it is not closed before. */
function endOf(source: string, start: number, quote: string): number {
  let inClass = false;
  for (let i = start + 1; i < source.length; i++) {
    const char = source[i]!;
    if (char === '\n') return i;
    if (char === '\\') i++;
    else if (quote === '/' && char === '[') inClass = true;
    else if (quote === '/' && char === ']') inClass = false;
    else if (char === quote && !inClass) return i + 1;
  }
  return source.length;
}

/** Where the text of a template that begins at `start` ends: after its closing quote, or after the next `${`. */
function endOfTemplatePart(source: string, start: number): number {
  for (let i = start + 1; i < source.length; i++) {
    if (source[i] === '\\') i++;
    else if (source[i] === '`') return i + 1;
    else if (source.startsWith('${', i)) return i + 2;
  }
  return source.length;
}

/** A slash divides after a value and begins a regular expression after an operator, an opening bracket or a keyword (`</` is JSX). */
function startsRegularExpression(before: string, lastCode: string): boolean {
  return '(,=:[!&|?{};+-*%>~^'.includes(lastCode) || /\b(return|typeof|case|in|of|void|yield|await)\s*$/.test(before);
}

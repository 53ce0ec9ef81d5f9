import { StringDecoder } from 'node:string_decoder';
import type { Key } from './key.ts';
import { readKey } from './key-sequences.ts';

/** Makes keys of the bytes that a terminal sends, however they are split. */
export interface KeyParser {
  push(bytes: Buffer): void;
  /** Drops what has not become a key. */
  stop(): void;
}

// Milliseconds after which an escape byte is the escape key: the rest of a key's sequence comes with it.
const escapeDelay = 40;
const pasteStart = '\x1b[200~';
const pasteEnd = '\x1b[201~';
// Characters; a paste that is longer is cut.
const pasteAtMost = 1 << 20;

export function createKeyParser(onKey: (key: Key) => void): KeyParser {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  let pasted: string | null = null;
  let timer: NodeJS.Timeout | undefined;

  const read = (isLast: boolean) => {
    while (pending !== '') {
      if (pasted !== null) {
        const end = pending.indexOf(pasteEnd);
        const taken = end < 0 ? pending.length - partialLength(pending, pasteEnd) : end;
        pasted = (pasted + pending.slice(0, taken)).slice(0, pasteAtMost);
        pending = pending.slice(taken);
        if (end < 0) return;
        pending = pending.slice(pasteEnd.length);
        const text = withoutControls(pasted);
        pasted = null;
        onKey({ name: 'paste', text });
      } else if (pending.startsWith(pasteStart)) {
        pending = pending.slice(pasteStart.length);
        pasted = '';
      } else {
        const { length, key } = readKey(pending, isLast);
        if (length === 0) return;
        pending = pending.slice(length);
        if (key !== null) onKey(key);
      }
    }
  };
  return {
    push(bytes) {
      clearTimeout(timer);
      pending += decoder.write(bytes);
      read(false);
      if (pending !== '' && pasted === null) timer = setTimeout(() => read(true), escapeDelay);
    },
    stop() {
      clearTimeout(timer);
      pending = '';
      pasted = null;
    },
  };
}

/** How many characters at the end of the text could be the beginning of the marker. */
function partialLength(text: string, marker: string): number {
  for (let length = Math.min(text.length, marker.length - 1); length > 0; length--) {
    if (marker.startsWith(text.slice(-length))) return length;
  }
  return 0;
}

/** Lines and tabs stay; terminals send line ends as carriage returns. */
function withoutControls(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n\t]/gu, '');
}

/** What JSON files of a model are made of when somebody wants harm, and ways to damage a good one. */
import type { Draws } from './fuzz.ts';

const numbers = [0, -0, -1, 1, 2, 3, 0.1, 0.99, 1.5, 12, 768, 1e3, 1e6, 2 ** 31, 2 ** 32, 2 ** 53, 1e20, 1e308, -1e308];
const texts = ['', 'a', '0', '__proto__', 'constructor', '[PAD]', '\u0000', '\ud800', '😀', '\u202e', 'x'.repeat(3000)];

/** A value of any kind, small as a rule. */
export function anyValue(draws: Draws, depth = 0): unknown {
  switch (draws.below(depth < 3 ? 8 : 5)) {
    case 0:
      return draws.pick(numbers);
    case 1:
      return draws.pick(texts);
    case 2:
      return draws.once(2);
    case 3:
      return null;
    case 4:
      return draws.below(1000);
    case 5:
    case 6:
      return Array.from({ length: draws.below(4) }, () => anyValue(draws, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: draws.below(4) }, () => [draws.pick(texts), anyValue(draws, depth + 1)]),
      );
  }
}

/** Every list and object of a document, with the keys or indices of its members. */
function places(value: unknown, found: { holder: Record<string, unknown>; keys: string[] }[] = []) {
  if (typeof value !== 'object' || value === null) return found;
  const holder = value as Record<string, unknown>;
  found.push({ holder, keys: Object.keys(holder) });
  for (const member of Object.values(holder)) places(member, found);
  return found;
}

/** Changes members of a document in place: other values, members taken out, doubled, moved, put in. */
export function changeMembers(document: object, draws: Draws): void {
  for (let count = 1 + draws.below(3); count > 0; count--) {
    const all = places(document);
    const { holder, keys } = draws.pick(all);
    const key = keys.length === 0 ? 'a' : draws.pick(keys);
    const kind = draws.below(6);
    if (kind < 3) holder[key] = anyValue(draws);
    else if (kind === 3) {
      if (Array.isArray(holder)) holder.splice(Number(key) || 0, 1);
      else delete holder[key];
    } else if (kind === 4) {
      const other = draws.pick(all);
      holder[key] = structuredClone(other.holder);
    } else if (Array.isArray(holder)) holder.push(structuredClone(holder[0] ?? null));
    else
      Object.defineProperty(holder, draws.pick(texts), {
        value: anyValue(draws),
        enumerable: true,
        writable: true,
        configurable: true,
      });
  }
}

/** Damages the text of a document. */
export function damageText(text: string, draws: Draws): string {
  const at = draws.below(text.length + 1);
  switch (draws.below(8)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(at);
    case 2:
      return (
        text.slice(0, at) +
        draws.pick(['"', '{', '[', ',', ':', '\\', '\u0000', '\ufffd', '1e999', '-']) +
        text.slice(at)
      );
    case 3:
      return text.slice(0, at) + text.slice(at + 1 + draws.below(4));
    case 4:
      return '['.repeat(draws.below(5000)) + text;
    case 5:
      return `{"a":${'{"a":'.repeat(300)}1${'}'.repeat(300)},${text.slice(1)}`;
    case 6:
      // Every member twice.
      return `${text.slice(0, -1)},${text.slice(1)}`;
    default:
      return `\uFEFF${text}`;
  }
}

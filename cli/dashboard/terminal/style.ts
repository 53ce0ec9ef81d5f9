/**
 * The style that an SGR sequence leads to. A style is the parameters that bring a terminal from its defaults to it, always in
 * the same order: '' are the defaults, equal styles are equal strings.
 * @param parameters between the escape code's bracket and its `m`
 */
export function styleAfter(style: string, parameters: string): string {
  if (parameters === '' || parameters === '0') return '';
  const key = `${style}m${parameters}`;
  let result = known.get(key);
  if (result === undefined) {
    result = applied(style, parameters);
    if (known.size >= 4096) known.clear();
    known.set(key, result);
  }
  return result;
}

const known = new Map<string, string>();

// Each is ended by its code plus 20; 22 ends both of the first.
const attributeOf: Readonly<Record<number, string>> = {
  1: 'bold',
  2: 'dim',
  3: 'italic',
  4: 'underline',
  5: 'blink',
  7: 'inverse',
  8: 'hidden',
  9: 'strike',
};
const order = [...Object.values(attributeOf), 'foreground', 'background'];

function applied(style: string, parameters: string): string {
  const attributes = new Map<string, string>();
  for (const sequence of [style, parameters]) if (sequence !== '') apply(attributes, sequence.split(';'));
  return order.flatMap((name) => attributes.get(name) ?? []).join(';');
}

function apply(attributes: Map<string, string>, codes: readonly string[]): void {
  for (let i = 0; i < codes.length; i++) {
    const code = Number(codes[i]);
    if (code === 0) attributes.clear();
    else if (code === 22) {
      attributes.delete('bold');
      attributes.delete('dim');
    } else if (attributeOf[code] !== undefined) attributes.set(attributeOf[code], String(code));
    else if (attributeOf[code - 20] !== undefined) attributes.delete(attributeOf[code - 20]!);
    else if (code === 38 || code === 48) {
      const length = codes[i + 1] === '2' ? 5 : 3;
      attributes.set(code === 38 ? 'foreground' : 'background', codes.slice(i, i + length).join(';'));
      i += length - 1;
    } else if (code === 39) attributes.delete('foreground');
    else if (code === 49) attributes.delete('background');
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) attributes.set('foreground', String(code));
    else if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) attributes.set('background', String(code));
  }
}

/** For commander: an option whose value is a list divided by commas, and which adds to itself when it is given again. */
export function collectList(text: string, before: readonly string[] = []): string[] {
  const items = text.split(',').map((item) => item.trim());
  return [...before, ...items.filter((item) => item !== '')];
}

/** For commander: an option that may be given again. */
export const collect = (text: string, before: readonly string[] = []): string[] => [...before, text];

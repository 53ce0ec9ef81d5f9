const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** The text that a piece of markup shows. */
export const textOf = (markup: string): string =>
  markup
    .replace(/<(style|title).*?<\/\1>/gs, '')
    .replace(/<\/?(p|li|dt|dd|div|td|th|strong|small|h\d|text)\b[^>]*>/g, ' ')
    .replace(/<[^>]*>/g, '')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name]!)
    .replace(/\s+/g, ' ')
    .trim();

/** The cells of the rows of a table, its header included, by the name that it is labelled with. */
export function tableOf(page: string, name: string): string[][] {
  const [, table] = new RegExp(`aria-label="${name}"[^>]*><table.*?>(.*?)</table>`, 's').exec(page) ?? [];
  if (table === undefined) throw new Error(`there is no table "${name}"`);
  return [...table.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell]) => textOf(cell!)),
  );
}

/** Titles of the sections. */
export const headings = (page: string): string[] =>
  [...page.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title]) => textOf(title!));

/** Names and values of a list of them. */
export const definitions = (page: string): [string, string][] =>
  [...page.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/gs)].map(([, name, value]) => [textOf(name!), textOf(value!)]);

/** Every tag that the page has. */
export const tagsOf = (page: string): Set<string> =>
  new Set([...page.matchAll(/<([a-zA-Z][a-zA-Z0-9]*)/g)].map(([, name]) => name!));

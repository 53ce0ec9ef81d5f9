/** A module of `bench/lib`, which is plain JavaScript. */
// biome-ignore lint/suspicious/noExplicitAny: it has no types
export const load = (name: string): Promise<any> =>
  import(new URL(`../../bench/lib/${name}.mjs`, import.meta.url).pathname);

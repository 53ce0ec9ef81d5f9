/** A text of a file as a message can quote it: a hostile one may be megabytes long. */
export const shorten = (text: string, most = 120): string =>
  text.length > most ? `${text.slice(0, most - 3)}...` : text;

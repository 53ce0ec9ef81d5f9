/** A part of a file as a message quotes it. */
export function shorten(text: string, length = 40): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** A value of a JSON document as a message quotes it. */
export function shortenJson(value: unknown): string {
  try {
    return shorten(JSON.stringify(value) ?? String(value));
  } catch {
    // Only what is read may be nested without bounds.
    return 'a value that is nested too deeply';
  }
}

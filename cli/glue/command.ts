/**
 * The words of a command without those that say how it is shown and where it works: in the folder where it works they go on
 * with what it began.
 */
export function wordsToGoOn(words: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === '--ui' || word === '-C' || word === '--directory') i++;
    else if (!/^(--ui=|--directory=|-C.)/.test(word)) kept.push(word);
  }
  return kept;
}

/** What BERT's decoder tidies up, in this order (`cleanup` in tokenizers' `decoders/wordpiece.rs`). */
const cleanups: ReadonlyArray<readonly [string, string]> = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

/** Tokens to text as transformers' `convert_tokens_to_string` does for BERT: "##ing" goes on the token before. */
export function joinWordPieces(tokens: readonly string[]): string {
  return tokens
    .map((token, index) => {
      const piece = index === 0 ? token : token.startsWith('##') ? token.slice(2) : ` ${token}`;
      return cleanups.reduce((text, [from, to]) => text.replaceAll(from, to), piece);
    })
    .join('');
}

/** Names by which people call their columns, in lower case, the most telling first. */
export const textNames = [
  'text',
  'sentence',
  'sms',
  'message',
  'review',
  'utterance',
  'comment',
  'tweet',
  'document',
  'content',
  'body',
  'question',
  'query',
  'description',
  'abstract',
  'headline',
  'title',
  'subject',
  'summary',
  'input',
  'v2',
];

/** Names that make two columns a pair of texts. */
export const pairNames: readonly (readonly [string, string])[] = [
  ['sentence1', 'sentence2'],
  ['sentence_1', 'sentence_2'],
  ['sentence_a', 'sentence_b'],
  ['sentence_A', 'sentence_B'],
  ['text1', 'text2'],
  ['text_1', 'text_2'],
  ['text_a', 'text_b'],
  ['text', 'text_pair'],
  ['question1', 'question2'],
  ['question', 'sentence'],
  ['question', 'passage'],
  ['query', 'passage'],
  ['query', 'document'],
  ['premise', 'hypothesis'],
  ['#1 string', '#2 string'],
].map(([first, second]) => [first!.toLowerCase(), second!.toLowerCase()] as const);

export const labelNames = [
  'label',
  'labels',
  'gold_label',
  'target',
  'class',
  'category',
  'intent',
  'sentiment',
  'emotion',
  'topic',
  'polarity',
  'is_duplicate',
  'rating',
  'stars',
  'score',
  'similarity',
  'quality',
  'tag',
  'type',
  'y',
  'output',
  'v1',
];

const idPattern = /^(?:.*[\s_-])?(?:id|ids|uuid|guid|index|idx|key|hash|row|no|nr|url|link|path|filename|file)$/i;
const camelCaseId = /[a-z]I[dD]$/;
const longestName = 100;

/** Whether a column is named as what tells rows apart, not what they say. */
export function isIdName(name: string): boolean {
  const trimmed = name.trim();
  if (trimmed === '' || trimmed === '#') return true;
  return trimmed.length <= longestName && (idPattern.test(trimmed) || camelCaseId.test(trimmed));
}

/** Whether any reader would take the word for a column's name. */
export function isKnownName(name: string): boolean {
  const known = name.trim().toLowerCase();
  if (known === '') return false;
  return (
    textNames.includes(known) ||
    labelNames.includes(known) ||
    pairNames.some((pair) => pair.includes(known)) ||
    isIdName(known) ||
    ['date', 'time', 'timestamp', 'author', 'user', 'username', 'name', 'source', 'language', 'lang', 'split'].includes(
      known,
    )
  );
}

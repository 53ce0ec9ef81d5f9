import type { ActiveVocabulary } from '../encoder/active-vocabulary.ts';
import { wordEmbeddings } from '../encoder/names.ts';
import type { ResumePoint, Trainable, TrainingSet } from './types.ts';

/** Of the vocabulary; with more tokens than that, what is saved is not worth two ways of keeping rows. */
const LARGEST_SHARE = 0.7;

/**
 * Confines the word embeddings that train to the tokens that the training data has, where these are known, few, and train at all.
 * A run that is resumed keeps to what it began with, so that it goes on the same to the bit: to the rows that trained before, or
 * to all of them. It trains all, too, where its data now has others.
 * @returns null where all rows train
 */
export async function confineVocabulary<Target>(
  { embeddings, config }: Trainable<Target>,
  data: TrainingSet<Target>,
  frozen: ReadonlySet<string>,
  resume: ResumePoint | undefined,
): Promise<ActiveVocabulary | null> {
  const used = frozen.has(wordEmbeddings) ? null : (data.usedTokens?.() ?? null);
  if (used === null) return null;
  if (resume === undefined) {
    return used.length <= LARGEST_SHARE * config.vocabSize ? embeddings.confine(used) : null;
  }
  const saved = await resume.vocabulary();
  if (saved === null) return null;
  const known = new Set(saved.ids);
  if (!used.every((id) => known.has(id))) return null;
  return embeddings.confine(saved.ids, saved);
}

import { parse } from 'yaml';
import { openModelFolder } from '../../../src/data/model-folder.ts';

/** What a card may say of the model that another one was made from. */
export interface BaseModel {
  /** Its name on the hub, or that of the model it was made from itself; null: not known. */
  name: string | null;
  license: string | null;
}

/**
 * What is known of a base model: its name where the hub's cache has it, and what its own card says.
 * @param name as the settings have it
 * @param folder that it was read from
 */
export async function readBaseModel(name: string, folder: string): Promise<BaseModel> {
  const text = await openModelFolder(folder)
    .then((opened) => opened.readText('README.md'))
    .catch(() => undefined);
  const card = metadataOf(text ?? '');
  const isOfHub = /[\\/]models--[^\\/]+[\\/]snapshots[\\/]/.test(folder);
  return {
    name: isOfHub ? (name.split('@')[0] ?? null) : hubName(card.base_model),
    license: typeof card.license === 'string' && /^[\w.+-]+$/.test(card.license) ? card.license : null,
  };
}

const hubName = (value: unknown) => (typeof value === 'string' && /^[\w.-]+(\/[\w.-]+)?$/.test(value) ? value : null);

/** The YAML at the head of a card; empty where there is none, or it is broken. */
function metadataOf(card: string): Record<string, unknown> {
  const head = /^---\r?\n(.*?)\r?\n---\r?$/ms.exec(card);
  if (head?.index !== 0) return {};
  try {
    const value: unknown = parse(head[1]!);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

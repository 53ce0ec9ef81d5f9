import { type FileMetaData, parquetSchema, type SchemaTree } from 'hyparquet';

export type { SchemaTree } from 'hyparquet';

const MOST_COLUMNS = 4096;
const MOST_NESTED = 32;

/**
 * The columns of a Parquet file as a tree, checked and simplified: what is of the kind VARIANT is read as the bytes it is
 * stored in, which are no text.
 * @throws Error for a description that is no tree, or whose columns could not be told apart
 */
export function checkSchema(metadata: FileMetaData): SchemaTree {
  const { schema } = metadata;
  if (schema.length > MOST_COLUMNS) throw new Error(`it has more than ${MOST_COLUMNS} columns`);
  for (const element of schema) if (element.logical_type?.type === 'VARIANT') delete element.logical_type;
  // Open elements, with how many of their columns are to come.
  const open: number[] = [];
  for (const [index, { name, num_children: children = 0 }] of schema.entries()) {
    while (open.at(-1) === 0) open.pop();
    if (typeof name !== 'string' || !(children >= 0) || (index > 0 && open.length === 0))
      throw new Error('its columns are no tree');
    if (open.length > 0) open[open.length - 1]!--;
    open.push(children);
    if (open.length > MOST_NESTED) throw new Error('its columns are nested too deep');
  }
  if (schema.length === 0 || open.some((left) => left > 0)) throw new Error('its columns are no tree');
  const tree = parquetSchema(metadata);
  if (tree.children.length === 0) throw new Error('it has no columns');
  refuseLikeNames(tree);
  return tree;
}

/** hyparquet makes objects with these names for keys. */
function refuseLikeNames(tree: SchemaTree): void {
  const names = new Set(['__proto__']);
  for (const child of tree.children) {
    if (names.has(child.element.name))
      throw new Error(`the name "${child.element.name}" of a column cannot be used, or is there twice`);
    names.add(child.element.name);
    refuseLikeNames(child);
  }
}

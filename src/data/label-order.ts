/**
 * Labels in the order of their class numbers: the checkpoint's own order where it has the same labels (in any case), else
 * by value when all are numbers, else alphabetically with numbers inside by value (`label_2` before `label_10`).
 */
export function orderLabels(labels: Iterable<string>, ofCheckpoint: readonly string[] = []): string[] {
  const distinct = [...new Set(labels)];
  const known = new Map(ofCheckpoint.map((label, index) => [label.toLowerCase(), index]));
  const places = new Set(distinct.map((label) => known.get(label.toLowerCase())));
  if (places.size === distinct.length && distinct.length === ofCheckpoint.length && !places.has(undefined)) {
    return distinct.sort((a, b) => known.get(a.toLowerCase())! - known.get(b.toLowerCase())!);
  }
  const byCodeUnits = (a: string, b: string) => (a < b ? -1 : 1);
  if (distinct.every((label) => label.trim() !== '' && Number.isFinite(Number(label)))) {
    return distinct.sort((a, b) => Number(a) - Number(b) || byCodeUnits(a, b));
  }
  const collator = new Intl.Collator('en', { numeric: true });
  return distinct.sort((a, b) => collator.compare(a, b) || byCodeUnits(a, b));
}

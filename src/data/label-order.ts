/**
 * Labels in the order of their class numbers: that of the first of the known orders that has the same labels (in any
 * case), else by value when all are numbers, else alphabetically with numbers inside by value (`label_2` before `label_10`).
 * @param orders of the checkpoint, and of whoever knows how the labels are numbered elsewhere
 */
export function orderLabels(labels: Iterable<string>, ...orders: (readonly string[])[]): string[] {
  const distinct = [...new Set(labels)];
  for (const order of orders) {
    const places = new Map(order.map((label, index) => [label.toLowerCase(), index]));
    const placeOf = (label: string) => places.get(label.toLowerCase());
    const taken = new Set(distinct.map(placeOf));
    if (taken.size === distinct.length && distinct.length === order.length && !taken.has(undefined)) {
      return distinct.sort((a, b) => placeOf(a)! - placeOf(b)!);
    }
  }
  const byCodeUnits = (a: string, b: string) => (a < b ? -1 : 1);
  if (distinct.every((label) => label.trim() !== '' && Number.isFinite(Number(label)))) {
    return distinct.sort((a, b) => Number(a) - Number(b) || byCodeUnits(a, b));
  }
  const collator = new Intl.Collator('en', { numeric: true });
  return distinct.sort((a, b) => collator.compare(a, b) || byCodeUnits(a, b));
}

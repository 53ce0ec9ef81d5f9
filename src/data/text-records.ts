import { createKeyIndex } from './key-index.ts';

/**
 * What is kept of each distinct text: where it was first (side and line), the hash of its label there, and how many rows have
 * it on each of three sides. Six numbers a text, in one typed array.
 */
export function createTextRecords() {
  const width = 6;
  const [sideField, lineField, labelField, countField] = [0, 1, 2, 3];
  const index = createKeyIndex();
  let fields = new Float64Array(1024 * width);
  const count = (record: number, side: number) => fields[record * width + countField + side]!;
  return {
    /** Counts a row of a text and says whether it is the text's first. */
    add(key: number, row: { side: number; line: number; labelKey: number }): { record: number; isNew: boolean } {
      const before = index.size;
      const record = index.add(key);
      const isNew = index.size > before;
      const start = record * width;
      if (isNew) {
        if (start + width > fields.length) {
          const grown = new Float64Array(fields.length * 2);
          grown.set(fields);
          fields = grown;
        }
        fields[start + sideField] = row.side;
        fields[start + lineField] = row.line;
        fields[start + labelField] = row.labelKey;
      }
      fields[start + countField + row.side]!++;
      return { record, isNew };
    },
    count,
    firstSide: (record: number) => fields[record * width + sideField]!,
    firstLine: (record: number) => fields[record * width + lineField]!,
    firstLabelKey: (record: number) => fields[record * width + labelField]!,
    setFirstLabelKey(record: number, labelKey: number) {
      fields[record * width + labelField] = labelKey;
    },
    /** How many texts a side has. */
    distinct(side: number) {
      let result = 0;
      for (let record = 0; record < index.size; record++) if (count(record, side) > 0) result++;
      return result;
    },
    overlap() {
      const result = { validationInTrain: 0, testInTrain: 0, testInValidation: 0 };
      for (let record = 0; record < index.size; record++) {
        const [train, validation, test] = [count(record, 0), count(record, 1), count(record, 2)];
        if (train > 0) {
          result.validationInTrain += validation;
          result.testInTrain += test;
        }
        if (validation > 0) result.testInValidation += test;
      }
      return result;
    },
  };
}

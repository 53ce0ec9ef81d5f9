/** Plain functions of plain numbers. */

export const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
export const mean = (numbers) => sum(numbers) / numbers.length;

/** @param {number[]} numbers at least one */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

export const rounded = (value, digits = 3) => Number(value.toFixed(digits));

/** Median with the least and the greatest. */
export function spread(numbers, digits = 3) {
  return {
    median: rounded(median(numbers), digits),
    least: rounded(Math.min(...numbers), digits),
    greatest: rounded(Math.max(...numbers), digits),
  };
}

/** Slope of the least-squares line through (0, y0), (1, y1), ...; 0 for fewer than two. */
export function slope(ys) {
  const xMean = (ys.length - 1) / 2;
  const yMean = mean(ys);
  let above = 0;
  let below = 0;
  ys.forEach((y, x) => {
    above += (x - xMean) * (y - yMean);
    below += (x - xMean) ** 2;
  });
  return below === 0 ? 0 : above / below;
}

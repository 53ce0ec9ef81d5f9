/** `950`, `4.3k`, `1.2M`: at most five characters. */
export function shortCount(value: number): string {
  if (!Number.isFinite(value)) return '?';
  const magnitude = Math.abs(value);
  if (magnitude < 1000) return String(Math.round(value));
  for (const [unit, letter] of units) {
    // 999.95 k is 1.0 M.
    if (magnitude < unit * 999.5) {
      const scaled = value / unit;
      return `${Math.abs(scaled) < 9.95 ? scaled.toFixed(1) : Math.round(scaled)}${letter}`;
    }
  }
  return value.toExponential(1);
}

const units = [
  [1e3, 'k'],
  [1e6, 'M'],
  [1e9, 'G'],
  [1e12, 'T'],
] as const;

/** Bytes in powers of 1024: `812M`, `1.2G`. */
export function shortBytes(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  if (mebibytes < 1000) return `${Math.round(mebibytes)}M`;
  const gibibytes = bytes / 2 ** 30;
  return `${gibibytes.toFixed(gibibytes < 9.95 ? 1 : 0)}G`;
}

/** `45s`, `19m`, `2h10m`, `3d4h`; below ten minutes with the seconds, `4m05s`. */
export function shortDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes}m`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
  return `${Math.floor(minutes / 1440)}d${Math.floor((minutes % 1440) / 60)}h`;
}

/** `.924`, `12.3`: a metric in a narrow column, three digits; `-` where it is not defined. */
export function shortMetric(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '-';
  const magnitude = Math.abs(value);
  if (magnitude >= 9999.5) return shortCount(value);
  if (magnitude >= 99.95) return value.toFixed(0);
  if (magnitude >= 9.995) return value.toFixed(1);
  if (magnitude >= 0.9995) return value.toFixed(2);
  return value.toFixed(3).replace(/^(-?)0\./, '$1.');
}

/** With a sign: `+.004`. */
export function change(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '';
  return `${value < 0 ? '' : '+'}${shortMetric(value)}`;
}

/** A learning rate: `4.7e-5`. */
export const rate = (value: number): string => (value === 0 ? '0' : value.toExponential(1));

/** `12:01:07`, of this machine's clock. */
export function clockTime(time: number): string {
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** Figures with their units, for people; the same in the terminal and on the page. */

/** A span of milliseconds: `0.44 ms`, `217 ms`, `1.36 s`, `12.3 s`; `-` where it does not apply. */
export function spanText(ms: number | null): string {
  if (ms === null) return '-';
  if (ms >= 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(2)} s`;
  if (ms >= 100 || ms === 0) return `${ms.toFixed(0)} ms`;
  return `${ms.toFixed(ms < 10 ? 2 : 1)} ms`;
}

/** A moment of a run: `2.153 s`. */
export function momentText(ms: number): string {
  return `${(ms / 1_000).toFixed(3)} s`;
}

/** `12,345`. */
export function countText(value: number): string {
  const whole = String(Math.round(value));
  return whole.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A ratio: `4.00`, `133`. */
export function ratioText(value: number | null): string {
  if (value === null) return '-';
  return value >= 100 ? countText(value) : value.toFixed(2);
}

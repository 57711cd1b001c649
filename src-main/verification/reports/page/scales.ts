/** From figures to places on a plot: per cent of its width, and of its height. */

/** Round values from 0 to at most `max`, about `count` of them. */
export function ticksTo(max: number, count: number): number[] {
  if (!(max > 0)) return [0];
  const step = roundStep(max / count);
  const ticks: number[] = [];
  for (let i = 0; i * step <= max * 1.0001; i += 1) ticks.push(i * step);
  return ticks;
}

/** The next of 1, 2, 5, 10, ... that is not less. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].find((one) => one * power >= least * 0.9999) ?? 10;
  return step * power;
}

/** Powers of ten that enclose these values; null when there are none above zero. */
export interface LogScale {
  readonly min: number;
  readonly max: number;
}

export function logScaleOf(values: readonly number[]): LogScale | null {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const value of values) {
    if (value > 0 && value < low) low = value;
    if (value > high) high = value;
  }
  if (high === 0) return null;
  const min = 10 ** Math.floor(Math.log10(low));
  const max = 10 ** Math.ceil(Math.log10(high));
  return { min, max: max === min ? max * 10 : max };
}

/** 0 at the bottom, 1 at the top. */
export function logShare({ min, max }: LogScale, value: number): number {
  const share = Math.log10(Math.max(value, min) / min) / Math.log10(max / min);
  return Math.min(1, Math.max(0, share));
}

export function decadesOf({ min, max }: LogScale): number[] {
  const decades: number[] = [];
  for (let value = min; value <= max * 1.0001; value *= 10) decades.push(value);
  return decades;
}

/** Four digits are enough for any screen. */
export function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

/** Maps time to pixels and back, and nothing else. Times are microseconds of a run. */

export interface TimeScale {
  readonly fromUs: number;
  readonly toUs: number;
  readonly left: number;
  readonly width: number;
}

export function timeToX(scale: TimeScale, us: number): number {
  return scale.left + ((us - scale.fromUs) / (scale.toUs - scale.fromUs)) * scale.width;
}

export function xToTime(scale: TimeScale, x: number): number {
  return scale.fromUs + ((x - scale.left) / scale.width) * (scale.toUs - scale.fromUs);
}

const STEPS_US: readonly number[] = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6,
  1e7, 3e7, 6e7, 3e8, 6e8, 3.6e9,
];

/** Round times for ticks that stand at least `minPx` apart. */
export function ticks(scale: TimeScale, minPx: number): { stepUs: number; times: number[] } {
  const wantedUs = ((scale.toUs - scale.fromUs) / scale.width) * minPx;
  const stepUs = STEPS_US.find((step) => step >= wantedUs) ?? 3.6e9;
  const times: number[] = [];
  for (let us = Math.ceil(scale.fromUs / stepUs) * stepUs; us <= scale.toUs; us += stepUs) {
    times.push(us);
  }
  return { stepUs, times };
}

/** Seconds with as many digits as the step needs: `12`, `12.5`, `12.480`, `12.4801`. */
export function formatTime(us: number, stepUs = 1_000): string {
  const digits = stepUs >= 1e6 ? 0 : Math.min(6, Math.ceil(-Math.log10(stepUs / 1e6)));
  return (us / 1e6).toFixed(digits);
}

/** A clock: `00:12.480`, with hours when there are any. */
export function formatClock(us: number): string {
  const ms = Math.max(0, Math.floor(us / 1_000));
  const seconds = Math.floor(ms / 1_000);
  const part = (value: number, width: number): string => String(value).padStart(width, '0');
  const hours = Math.floor(seconds / 3_600);
  const rest = `${part(Math.floor(seconds / 60) % 60, 2)}:${part(seconds % 60, 2)}`;
  return `${hours > 0 ? `${hours}:` : ''}${rest}.${part(ms % 1_000, 3)}`;
}

/** A length of time with its unit: `640 us`, `23.4 ms`, `1.48 s`, `3 min 20 s`. */
export function formatSpan(us: number): string {
  if (us < 1_000) return `${Math.round(us)} µs`;
  if (us < 100_000) return `${(us / 1e3).toFixed(1)} ms`;
  if (us < 1_000_000) return `${Math.round(us / 1e3)} ms`;
  if (us < 100_000_000) return `${(us / 1e6).toFixed(us < 1e7 ? 2 : 1)} s`;
  const seconds = Math.round(us / 1e6);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Groups digits with a thin space, as every table does: `12 804`. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, '\u2009');
}

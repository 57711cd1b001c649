/** Values that a scenario file is made of: durations, nodes and the words that stand for them. */
import { z } from 'zod';

/** Words that stand for nodes; resolved when a step runs. */
export const SELECTOR_WORDS = [
  'leader',
  'followers',
  'random',
  'killed',
  'paused',
  'held',
  'learner',
  'added',
  'removed',
  'rest',
  'minority',
  'majority',
  'any',
  'majority-with-leader',
  'minority-with-leader',
] as const;

const NODE_ID = /^n[1-9]\d?$/;
const SELECTOR_HELP = `n1, n2, ... or ${SELECTOR_WORDS.join(', ')}`;
const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m)$/;
const DURATION_HELP = 'milliseconds as a number, or text such as 500ms, 2s, 1m';
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };
const LONGEST_MS = 3_600_000;
/** As the fault itself and a delay by hand (`calls.ts`) have it. */
const DELAY_MS_MAX = 60_000;

/** Milliseconds of `2s`, `500ms`, `1m` or a number; null when it is none of these. */
export function durationMsOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : null;
  const match = typeof value === 'string' ? DURATION.exec(value.trim()) : null;
  if (match === null) return null;
  return Number(match[1]) * (UNIT_MS[match[2] ?? 'ms'] ?? 1);
}

/** Text of a refusal in the form of contract/issues.ts. */
export function refused(value: unknown, allowed: string): string {
  if (value === undefined) return `missing; allowed: ${allowed}`;
  return `${JSON.stringify(value)} is not allowed; allowed: ${allowed}`;
}

export function durationSchema(leastMs: number, mostMs = LONGEST_MS): z.ZodType<number> {
  return z.unknown().transform((value, context) => {
    const ms = durationMsOf(value);
    if (ms !== null && ms >= leastMs && ms <= mostMs) return ms;
    const range = ms === null ? DURATION_HELP : `${leastMs} ms to ${mostMs / 60_000} m`;
    context.addIssue({ code: 'custom', message: refused(value, range) });
    return z.NEVER;
  });
}

export const optionalDuration = durationSchema(0).optional();
export const delayDuration = durationSchema(0, DELAY_MS_MAX);

const selector = z.string().superRefine((value, context) => {
  const known = NODE_ID.test(value) || SELECTOR_WORDS.some((word) => word === value);
  if (!known) context.addIssue({ code: 'custom', message: refused(value, SELECTOR_HELP) });
});

/** One selector or a list of them, as a list. */
export const selectors = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(selector).min(1).max(9),
);

export const memberId = z.string().superRefine((value, context) => {
  if (NODE_ID.test(value)) return;
  context.addIssue({ code: 'custom', message: refused(value, 'n1, n2, ...') });
});
/** One id or a list of them, as a list. */
export const memberIds = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(memberId).max(15),
);

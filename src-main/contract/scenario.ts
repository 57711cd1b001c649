/**
 * The scenario file as a schema (docs/SCENARIOS.md): what may stand in the YAML, with defaults and
 * with durations turned into milliseconds. What depends on several places at once (a node outside
 * the cluster, a step after the end) is checked by `lab/scenario-file.ts`, which knows the lines.
 */
import { z } from 'zod';
import { protocolSchema, workloadSchema } from './model.ts';

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
function refused(value: unknown, allowed: string): string {
  if (value === undefined) return `missing; allowed: ${allowed}`;
  return `${JSON.stringify(value)} is not allowed; allowed: ${allowed}`;
}

function durationSchema(leastMs: number, mostMs = LONGEST_MS): z.ZodType<number> {
  return z.unknown().transform((value, context) => {
    const ms = durationMsOf(value);
    if (ms !== null && ms >= leastMs && ms <= mostMs) return ms;
    const range = ms === null ? DURATION_HELP : `${leastMs} ms to ${mostMs / 60_000} m`;
    context.addIssue({ code: 'custom', message: refused(value, range) });
    return z.NEVER;
  });
}

const optionalDuration = durationSchema(0).optional();
const delayDuration = durationSchema(0, DELAY_MS_MAX);

const selector = z.string().superRefine((value, context) => {
  const known = NODE_ID.test(value) || SELECTOR_WORDS.some((word) => word === value);
  if (!known) context.addIssue({ code: 'custom', message: refused(value, SELECTOR_HELP) });
});

/** One selector or a list of them, as a list. */
const selectors = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(selector).min(1).max(9),
);

const memberId = z.string().superRefine((value, context) => {
  if (NODE_ID.test(value)) return;
  context.addIssue({ code: 'custom', message: refused(value, 'n1, n2, ...') });
});
/** One id or a list of them, as a list. */
const memberIds = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(memberId).max(15),
);

/** When a step runs: exactly one of `at` and `when`; checked with its place by the reader. */
const time = {
  at: optionalDuration,
  when: z
    .strictObject({ role: z.literal('leader'), changed: z.literal(true).default(true) })
    .optional(),
  after: optionalDuration,
};

const nodeAction = <T extends string>(name: T) =>
  z.strictObject({ ...time, do: z.literal(name), node: selectors });

export const scenarioStepSchema = z.discriminatedUnion('do', [
  nodeAction('kill'),
  nodeAction('stop'),
  nodeAction('start'),
  nodeAction('pause'),
  nodeAction('resume'),
  nodeAction('isolate'),
  nodeAction('wipe'),
  nodeAction('hold-disk'),
  nodeAction('release-disk'),
  z.strictObject({
    ...time,
    do: z.literal('power-cut'),
    node: selectors,
    ms: delayDuration.default(0),
  }),
  z.strictObject({
    ...time,
    do: z.literal('add'),
    node: memberId,
    as: z.enum(['learner', 'voter']).default('learner'),
  }),
  nodeAction('promote'),
  nodeAction('remove'),
  nodeAction('replace'),
  z.strictObject({
    ...time,
    do: z.literal('reconfigure'),
    voters: memberIds,
    learners: memberIds.default([]),
  }),
  z.strictObject({ ...time, do: z.literal('transfer'), to: selectors }),
  z.strictObject({
    ...time,
    do: z.literal('snapshot'),
    node: selectors,
    retain: z.int().min(0).nullable().default(null),
  }),
  z.strictObject({
    ...time,
    do: z.literal('partition'),
    groups: z.array(selectors).min(2).max(9),
  }),
  z.strictObject({ ...time, do: z.literal('cut'), from: selectors, to: selectors }),
  z.strictObject({ ...time, do: z.literal('heal') }),
  z.strictObject({
    ...time,
    do: z.literal('delay'),
    from: selectors,
    to: selectors,
    ms: delayDuration,
    jitterMs: delayDuration.default(0),
  }),
  z.strictObject({
    ...time,
    do: z.literal('loss'),
    from: selectors,
    to: selectors,
    probability: z.number().min(0).max(1),
  }),
]);
export type ScenarioStepFile = z.output<typeof scenarioStepSchema>;

const EXPECT_HELP = 'invariants, { recoversWithinMs: 2000 }';

const recovery = z.strictObject({ recoversWithinMs: durationSchema(1) });

/** `invariants`, or how soon the cluster has to answer again. */
const expectation = z.unknown().transform((value, context) => {
  if (value === 'invariants') return { kind: 'invariants' as const };
  const parsed = recovery.safeParse(value);
  if (parsed.success) {
    return { kind: 'recoversWithinMs' as const, ms: parsed.data.recoversWithinMs };
  }
  context.addIssue({ code: 'custom', message: refused(value, EXPECT_HELP) });
  return z.NEVER;
});

const json = z.union([z.null(), z.boolean(), z.number(), z.string()]);

const clusterFileSchema = z.strictObject({
  nodes: z.int().min(1).max(9),
  protocol: protocolSchema.optional(),
  service: z.literal('kv').default('kv'),
  options: z.record(z.string(), json).default({}),
  mutants: z.array(z.string().min(1).max(100)).max(20).default([]),
  timing: z
    .strictObject({
      electionTimeoutMs: z.tuple([durationSchema(20), durationSchema(20)]).default([150, 300]),
      heartbeatMs: durationSchema(10).default(50),
    })
    .prefault({}),
});

export const scenarioFileSchema = z.strictObject({
  version: z.literal(1),
  name: z
    .string()
    .max(60)
    .regex(/^[a-z0-9][a-z0-9-]*$/),
  title: z.string().max(120).optional(),
  description: z.string().max(2_000).default(''),
  cluster: clusterFileSchema,
  seed: z.int().default(1),
  workload: workloadSchema.prefault({}),
  durationMs: durationSchema(100),
  steps: z.array(scenarioStepSchema).max(500).default([]),
  expect: z
    .array(expectation)
    .max(10)
    .default([{ kind: 'invariants' }]),
});
export type ScenarioFile = z.output<typeof scenarioFileSchema>;

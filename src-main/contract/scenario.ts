/**
 * The scenario file as a schema (docs/SCENARIOS.md): what may stand in the YAML, with defaults and
 * with durations turned into milliseconds. What depends on several places at once (a node outside
 * the cluster, a step after the end) is checked by `lab/scenario-file.ts`, which knows the lines.
 */
import { z } from 'zod';
import { READ_LEVELS } from '../vocabulary/read-level.ts';
import { LINK_FAULT_KINDS, SHAPE_NAMES } from '../vocabulary/fault.ts';
import { protocolSchema, workloadSchema } from './model.ts';
import { scenarioStepSchema } from './scenario-steps.ts';
import { durationSchema, refused } from './scenario-values.ts';

const WORDS = ['invariants', 'linearizable', 'sequential', 'exactlyOnce'] as const;
const EXPECT_HELP = `${WORDS.join(', ')}, { recoversWithinMs: 2000 }`;

const recovery = z.strictObject({ recoversWithinMs: durationSchema(1) });

/** What has to hold, or how soon the cluster has to answer again. */
const expectation = z.unknown().transform((value, context) => {
  const word = WORDS.find((known) => known === value);
  if (word !== undefined) return { kind: word };
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

const NEMESIS_FAULTS = [
  'kill',
  'stop',
  'pause',
  'slow',
  'crash-at',
  'power-cut',
  'hold-disk',
  'slow-disk',
  'skew',
  'jump',
  ...LINK_FAULT_KINDS,
  'partition',
  ...SHAPE_NAMES,
  'align-timers',
] as const;
const ALL_BUT_TIMERS = NEMESIS_FAULTS.filter((name) => name !== 'align-timers');

const range = z.tuple([durationSchema(1), durationSchema(1)]);

const nemesisSchema = z.strictObject({
  faults: z
    .array(z.enum(NEMESIS_FAULTS))
    .min(1)
    .default([...ALL_BUT_TIMERS]),
  everyMs: range.default([300, 1_200]),
  lastsMs: range.default([200, 1_500]),
  atOnce: z.int().min(1).max(9).default(2),
  fromMs: durationSchema(0).default(500),
  recoveryMs: durationSchema(0).default(2_000),
  quiet: z
    .strictObject({ after: z.int().min(1).default(5), ms: durationSchema(0).default(1_000) })
    .prefault({}),
  breakQuorum: z.boolean().default(false),
});

/** Something for some of the protocols. */
function ofProtocols<T extends z.ZodType>(schema: T) {
  const each = schema.optional();
  return z.strictObject({ paxos: each, raft: each, zab: each }).default({});
}

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
  steps: z.array(scenarioStepSchema).max(2_000).default([]),
  expect: z
    .array(expectation)
    .max(10)
    .default([{ kind: 'invariants' }]),
  /** What has to hold of one protocol besides. */
  expectOf: ofProtocols(z.array(expectation).max(10)),
  /** How clients of one protocol read; the others as the workload says. */
  readLevelOf: ofProtocols(z.enum(READ_LEVELS)),
  /** What to expect of each protocol, in words. */
  expected: ofProtocols(z.string().max(600)),
  nemesis: nemesisSchema.nullable().default(null),
});
export type ScenarioFile = z.output<typeof scenarioFileSchema>;

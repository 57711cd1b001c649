/** Shapes that cross the wire, as zod schemas: runs, clusters, metrics, workload. */
import { z } from 'zod';

export const protocolSchema = z.enum(['paxos', 'raft', 'zab']);

export const mixSchema = z
  .strictObject({
    read: z.number().min(0).default(0),
    write: z.number().min(0).default(0),
    cas: z.number().min(0).default(0),
    incr: z.number().min(0).default(0),
    delete: z.number().min(0).default(0),
  })
  .refine((mix) => Object.values(mix).some((share) => share > 0), {
    message: 'at least one share must be above 0',
  });

export const workloadSchema = z.strictObject({
  clients: z.int().min(1).max(64).default(4),
  ratePerSecond: z.number().min(0).max(100_000).default(80),
  keys: z.int().min(1).max(100_000).default(10),
  valueBytes: z.int().min(0).max(16_384).default(20),
  mix: mixSchema.default({ read: 0.5, write: 0.4, cas: 0.1, incr: 0, delete: 0 }),
  /** How fresh reads have to be (vocabulary/read-level.ts); absent: commands of the log. */
  readLevel: z.enum(['log', 'index', 'lease', 'quorum', 'sync', 'local']).optional(),
});

/** How a run stands. `incomplete`: the lab ended before the run did. */
export const runStatusSchema = z.enum(['running', 'finished', 'incomplete', 'failed']);

/** Of the checks: `unknown` when something that was needed is missing. */
export const verdictSchema = z.enum(['valid', 'invalid', 'unknown']);

export const violationSchema = z.object({
  check: z.string(),
  message: z.string(),
  us: z.number(),
  node: z.string().nullable(),
});

const figure = z.number().nullable();

/** Definitions: protocols.md section 8. A figure that does not apply is null. */
export const metricsSchema = z.object({
  durationMs: z.number(),
  committedOps: z.number(),
  failedOps: z.number(),
  unknownOps: z.number(),
  opsPerSecond: z.number(),
  /** First fault that hit a leader -> some node suspects it / a new leader is chosen / is ready. */
  detectMs: figure,
  electMs: figure,
  newLeaderMs: figure,
  /** Longest time without a successful answer, over the whole run. */
  outageMs: figure,
  latencyP50Ms: figure,
  latencyP99Ms: figure,
  messagesPerOp: figure,
  bytesPerOp: figure,
  syncsPerOp: figure,
  messages: z.number(),
  bytes: z.number(),
  syncs: z.number(),
  elections: z.number(),
  /** Who was in the cluster at the end, and how many configurations came after the first; absent
   *  when nothing changed. */
  membership: z
    .object({ voters: z.array(z.string()), learners: z.array(z.string()), changes: z.number() })
    .optional(),
  /** Snapshots that nodes took of their own state, and that they took over; absent for none. */
  snapshots: z.object({ taken: z.number(), installed: z.number() }).optional(),
});

export const runSchema = z.object({
  id: z.number(),
  /** Runs made together (one per protocol) share a group. */
  groupId: z.number(),
  name: z.string(),
  scenario: z.string().nullable(),
  protocol: protocolSchema,
  nodes: z.number(),
  seed: z.number(),
  mutants: z.array(z.string()),
  startedAt: z.string(),
  durationMs: z.number(),
  status: runStatusSchema,
  verdict: verdictSchema.nullable(),
  violations: z.array(violationSchema),
  metrics: metricsSchema.nullable(),
  /** Why the run is incomplete or failed. */
  note: z.string().nullable(),
  events: z.number(),
});

export type Run = z.infer<typeof runSchema>;
export type RunMetrics = z.infer<typeof metricsSchema>;
export type RunStatus = z.infer<typeof runStatusSchema>;
export type Verdict = z.infer<typeof verdictSchema>;
export type Violation = z.infer<typeof violationSchema>;

/** A live cluster, as the lab knows it without looking at events. */
export const clusterSchema = z.object({
  id: z.string(),
  protocol: protocolSchema,
  /** The nodes it runs now. */
  nodeIds: z.array(z.string()),
  /** Every node there ever was, and what it is to the cluster. `outside`: in no configuration with
   *  the disk it has. */
  standing: z.array(
    z.object({
      node: z.string(),
      as: z.enum(['voter', 'learner', 'outside', 'removed']),
      running: z.boolean(),
    }),
  ),
  runId: z.number().nullable(),
  groupId: z.number().nullable(),
  status: z.enum(['starting', 'running', 'stopping', 'failed']),
  /** Why it failed, with the end of the node's standard error. */
  error: z.string().nullable(),
  /** Milliseconds since the run began, when the state was taken. */
  elapsedMs: z.number(),
  workload: workloadSchema,
  /** It was started so that reads under a lease are safe: they cannot be switched on later. */
  leaseReads: z.boolean(),
  scenario: z.string().nullable(),
});
export type Cluster = z.infer<typeof clusterSchema>;

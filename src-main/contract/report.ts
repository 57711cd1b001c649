/**
 * What a report says of one recorded run: the figures of protocols.md 8, comparable across
 * protocols. docs/REPORTS.md defines each. Times are milliseconds since the start of the run, spans
 * milliseconds; a figure that does not apply, or that the record does not have, is null.
 */
import { z } from 'zod';
import {
  protocolSchema,
  runStatusSchema,
  verdictSchema,
  violationSchema,
  workloadSchema,
} from './model.ts';

const figure = z.number().nullable();

/** The settings that figures depend on. */
const configurationSchema = z.object({
  members: z.array(z.string()),
  timing: z.object({
    heartbeatMs: z.number(),
    electionTimeoutMs: z.tuple([z.number(), z.number()]),
    tickMs: z.number(),
  }),
  options: z.record(z.string(), z.unknown()),
  workload: workloadSchema,
  /** `live`: processes and sockets of this machine; `simulated`: virtual time. */
  host: z.enum(['live', 'simulated']),
  labVersion: z.string(),
});

/** Who led, and in which era, as a person reads it: `5`, or `4.2` for ballot 4 of n2. */
const leaderSchema = z.object({ node: z.string(), era: z.string() });

const tenureSchema = leaderSchema.extend({
  /** Counts eras in the order in which they were led in, from 1: what the colour of a plot
   *  shows. */
  eraNumber: z.number(),
  fromMs: z.number(),
  readyMs: figure,
  toMs: z.number(),
  /** Why it ended, or `end of the record`. */
  ended: z.string(),
});

const faultReportSchema = z.object({
  id: z.number(),
  kind: z.string(),
  label: z.string(),
  /** Who asked. */
  origin: z.string(),
  startMs: z.number(),
  /** When it took effect, where that was later: a crash that waits for a point to be passed. Spans
   *  then count from there. */
  struckMs: figure,
  endMs: figure,
  /** How it was undone, or why it was not; null while it is on. */
  outcome: z.string().nullable(),
  /** Who led when it began; null when nobody did. */
  leader: leaderSchema.nullable(),
  /** It names that leader, or a link of it. */
  onLeader: z.boolean(),
  newLeader: leaderSchema.nullable(),
  /** Spans from its start (E0) to E1, E2, E3, E4 and E5 of protocols.md 8.1. */
  detectedMs: figure,
  electedMs: figure,
  readyMs: figure,
  firstCommitMs: figure,
  healthyMs: figure,
  failedRounds: figure,
  /** Longest gap between successive successful completions that overlaps it: of those put down to
   *  it, if there are any. */
  outageMs: figure,
  outageFromMs: figure,
  /** No success came after it. */
  outageOpen: z.boolean(),
  /** The fault that a gap beyond the usual is put down to: this one, or another that began in
   *  it. */
  outageOf: figure,
  /** Operations without success that were under way in that gap. */
  failed: z.number(),
  unknown: z.number(),
  /** Median latency of what was answered while it was on. */
  latencyP50Ms: figure,
  /** `none`: neither nodes nor clients showed anything; `internal`: leadership or acceptance of the
   *  leader changed, clients noticed nothing; `slower`: they waited longer than usual; `outage`:
   *  nothing was answered for a while, or operations failed; `not-applied`. */
  effect: z.enum(['none', 'internal', 'slower', 'outage', 'not-applied']),
  /** The same in a sentence. */
  summary: z.string(),
});

/** A change of who suspects or leads that no fault explains. */
const electionSchema = z.object({
  atMs: z.number(),
  readyMs: figure,
  leader: leaderSchema,
  /** `start-up`, a command of the operator, or what ended shortly before. */
  cause: z.string(),
});

/** Messages by what they are for, those caused by reads apart. */
const byKind = z.object({
  replicate: z.number(),
  answer: z.number(),
  commit: z.number(),
  heartbeat: z.number(),
  election: z.number(),
  'catch-up': z.number(),
  read: z.number(),
});

const costSchema = z.object({
  /** Milliseconds it was measured over. */
  spanMs: z.number(),
  /** Operations that took effect in it, each once. */
  operations: z.number(),
  messages: byKind,
  /** Bodies of the messages that arrived, as JSON. */
  bytes: byKind,
  /** Durability barriers, of all nodes. */
  syncs: z.number(),
});

const spreadSchema = z.object({
  count: z.number(),
  p50Ms: figure,
  p95Ms: figure,
  p99Ms: figure,
  maxMs: figure,
});

const outcomesSchema = z.object({ ok: z.number(), failed: z.number(), unknown: z.number() });

const readCostSchema = z.object({
  level: z.string(),
  outcomes: outcomesSchema,
  latency: spreadSchema,
});

const timelineSchema = z.object({
  bucketMs: z.number(),
  /** Answers that came within each bucket, from time 0. */
  ok: z.array(z.number()),
  failed: z.array(z.number()),
  unknown: z.array(z.number()),
  /** Of the successful ones; null where there were none. */
  p50Ms: z.array(figure),
  p95Ms: z.array(figure),
  p99Ms: z.array(figure),
});

const changeSchema = z.object({
  label: z.string(),
  startMs: z.number(),
  endMs: figure,
  ok: z.boolean().nullable(),
  outcome: z.string().nullable(),
  /** Spans from the command: its (last) configuration committed; the first operation of a client
   *  committed with that configuration alone in force. */
  decidedMs: figure,
  effectiveMs: figure,
  /** Longest gap between successes that overlaps the command. */
  gapMs: figure,
});

export const runReportSchema = z.object({
  runId: z.number(),
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
  events: z.number(),
  configuration: configurationSchema,
  /** What a reader must know of the record: it is incomplete, still growing, has no operations. */
  notices: z.array(z.string()),

  outcomes: outcomesSchema,
  opsPerSecond: figure,
  /** Clients: asked -> answered, successful operations. */
  latency: spreadSchema,
  /** Leader: entry taken into its log -> known to be committed. */
  commitLatency: spreadSchema,
  /** Leader knows it is committed -> applied on another node. */
  visibility: spreadSchema,
  /** Longest gap between successes, and median latency, in time without faults: what is usual. */
  usualGapMs: figure,
  usualLatencyP50Ms: figure,
  longestGapMs: figure,

  faults: z.array(faultReportSchema),
  elections: z.array(electionSchema),
  tenures: z.array(tenureSchema),
  changes: z.array(changeSchema),

  /** Without warm-up, faults and what came of them; null when nothing took effect in such time. */
  steady: costSchema.nullable(),
  whole: costSchema,
  /** Wire bytes and barriers as the nodes counted them, envelopes and frames included. */
  counted: z.object({ messages: z.number(), bytes: z.number(), syncs: z.number() }),
  /** Body bytes between nodes for each byte that clients asked to be written or read; steady. */
  amplification: figure,
  batch: z.object({ entriesPerMessage: figure, entriesPerSync: figure }),
  /** Round trips between nodes on the path to commit: how many commits took how many. */
  roundTrips: z.array(z.object({ roundTrips: z.number(), commits: z.number() })),
  roundTripsPerCommit: figure,
  /** Reads that were no log entries, and messages that they caused, per read. */
  reads: z.array(readCostSchema),
  messagesPerRead: figure,

  clients: z.array(
    z.object({ client: z.number(), sessions: z.number(), retried: z.number() }).extend({
      outcomes: outcomesSchema,
      p99Ms: figure,
    }),
  ),
  refusals: z.array(z.object({ code: z.string(), count: z.number() })),
  timeline: timelineSchema,
});

export type RunReport = z.infer<typeof runReportSchema>;
export type FaultReport = z.infer<typeof faultReportSchema>;
export type ElectionReport = z.infer<typeof electionSchema>;
export type TenureReport = z.infer<typeof tenureSchema>;
export type ChangeReport = z.infer<typeof changeSchema>;
export type CostReport = z.infer<typeof costSchema>;
export type SpreadReport = z.infer<typeof spreadSchema>;
export type TimelineReport = z.infer<typeof timelineSchema>;

/**
 * The API: one map of calls (name -> input and output schema), one map of pushed events. Handlers
 * (api/), transports and the typed client of the dashboard are all made from these two maps.
 */
import { z } from 'zod';
import { adminSchema, nodeId } from './admin.ts';
import { faultSchema } from './faults.ts';
import { clusterSchema, protocolSchema, runSchema, workloadSchema } from './model.ts';
import type { MessageKind } from '../vocabulary/trace.ts';
import { manualActSchema, manualStateSchema, type ManualState } from './manual.ts';
import type { ViewEvent } from './events.ts';

const clusterId = z.string().min(1).max(40);
const runId = z.int().min(1);
/** Events are made by the lab itself; their shape is checked by the type system, not again here. */
const viewEvents = z.array(z.custom<ViewEvent>());

/** What a click on a node or a link asks for. Applied to each of `clusters` that is running. */
export const actionSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('kill'), node: nodeId }),
  z.strictObject({ do: z.literal('stop'), node: nodeId }),
  z.strictObject({ do: z.literal('start'), node: nodeId }),
  z.strictObject({ do: z.literal('pause'), node: nodeId }),
  z.strictObject({ do: z.literal('resume'), node: nodeId }),
  z.strictObject({ do: z.literal('isolate'), node: nodeId }),
  /** The disk of a node that is down is lost. */
  z.strictObject({ do: z.literal('wipe'), node: nodeId }),
  /** The disk completes nothing any more, until it is released. */
  z.strictObject({ do: z.literal('hold-disk'), node: nodeId }),
  z.strictObject({ do: z.literal('release-disk'), node: nodeId }),
  /** Kills the node; what it wrote in the last `ms` is lost. */
  z.strictObject({
    do: z.literal('power-cut'),
    node: nodeId,
    ms: z.number().min(0).max(60_000).default(0),
  }),
  z.strictObject({ do: z.literal('cut'), from: nodeId, to: nodeId }),
  z.strictObject({
    do: z.literal('delay'),
    from: nodeId,
    to: nodeId,
    ms: z.number().min(0).max(60_000),
    jitterMs: z.number().min(0).max(60_000).default(0),
  }),
  z.strictObject({
    do: z.literal('loss'),
    from: nodeId,
    to: nodeId,
    probability: z.number().min(0).max(1),
  }),
  z.strictObject({ do: z.literal('partition'), groups: z.array(z.array(nodeId)).min(2).max(9) }),
  /** Any fault of the catalogue. `forMs`: it ends by itself after so long. */
  z.strictObject({
    do: z.literal('fault'),
    fault: faultSchema,
    forMs: z.number().min(1).max(3_600_000).optional(),
  }),
  z.strictObject({
    do: z.literal('shape'),
    shape: z.enum(['isolate', 'half-open', 'bridge', 'star', 'ring', 'chain']),
    node: nodeId.optional(),
  }),
  /** Ends what is done to a node that is not down for it. */
  z.strictObject({ do: z.literal('restore'), node: nodeId }),
  /** Ends everything, and starts what is down. */
  z.strictObject({ do: z.literal('recover') }),
  /** Undo the link faults between two nodes, or all of a cluster when no link is named. */
  z.strictObject({ do: z.literal('heal'), from: nodeId.optional(), to: nodeId.optional() }),
]);
export type Action = z.infer<typeof actionSchema>;

export const startClusterSchema = z.strictObject({
  protocol: protocolSchema,
  nodes: z.int().min(1).max(9).default(3),
  workload: workloadSchema.prefault({}),
});

const scenarioInfo = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  nodes: z.number(),
  durationMs: z.number(),
  steps: z.array(z.string()),
  /** What has to hold at its end, in words. */
  expectations: z.array(z.string()),
  /** What to expect of each protocol, in words: legal differences between them. */
  expected: z.object({
    paxos: z.string().optional(),
    raft: z.string().optional(),
    zab: z.string().optional(),
  }),
  /** Faults are drawn from the seed instead of written down. */
  nemesis: z.boolean(),
  seed: z.number(),
  source: z.string(),
});
export type ScenarioInfo = z.infer<typeof scenarioInfo>;

const verifyResult = z.object({
  runId: z.number(),
  inputs: z.number(),
  nodes: z.number(),
  divergence: z
    .object({
      node: z.string(),
      incarnation: z.number(),
      step: z.number(),
      input: z.string(),
      expected: z.string(),
      actual: z.string(),
    })
    .nullable(),
  /** Lives whose journal has no beginning or is damaged, and why. */
  skipped: z.array(z.string()),
});
export type VerifyResult = z.infer<typeof verifyResult>;

const empty = z.strictObject({});
const done = z.object({});

function call<I extends z.ZodType, O extends z.ZodType>(
  input: I,
  output: O,
): { input: I; output: O } {
  return { input, output };
}

export const CALLS = {
  /** Everything a dashboard needs to begin: what runs now, which scenarios exist, where data is. */
  'lab.state': call(
    empty,
    z.object({
      version: z.string(),
      dataDir: z.string(),
      database: z.string(),
      clusters: z.array(clusterSchema),
      scenarios: z.array(scenarioInfo),
      /** A notice about the database or the machine that the user must see, if any. */
      notices: z.array(z.string()),
      /** What a fault of one message type can name, and the kind that all protocols share. */
      messageTypes: z.record(
        protocolSchema,
        z.array(z.object({ type: z.string(), kind: z.custom<MessageKind>() })),
      ),
      /** Pausing on this machine: real signals, or a cooperative freeze. */
      pauseMode: z.enum(['signal', 'cooperative']),
    }),
  ),
  /** Starts clusters together, as one group of runs. At most four run at once. */
  'clusters.start': call(
    z.strictObject({ clusters: z.array(startClusterSchema).min(1).max(4) }),
    z.object({ clusters: z.array(clusterSchema) }),
  ),
  /** Ends runs: undoes faults, stops nodes, checks, closes the recording. */
  'clusters.stop': call(
    z.strictObject({ clusters: z.array(clusterId).max(4).optional() }),
    z.object({ runs: z.array(z.number()) }),
  ),
  /** All events of a live cluster since its start that the screen still needs, for a new window. */
  'clusters.catchUp': call(
    z.strictObject({ cluster: clusterId }),
    z.object({ events: viewEvents, upToUs: z.number() }),
  ),
  'clusters.act': call(
    z.strictObject({ clusters: z.array(clusterId).min(1).max(4), action: actionSchema }),
    z.object({
      results: z.array(z.object({ cluster: z.string(), ok: z.boolean(), message: z.string() })),
    }),
  ),
  /**
   * A command of the operator, to each of these clusters: membership, transfer, snapshot. Answers
   * when it was carried out or refused, which may take many seconds; `admin` events tell of it on
   * the way.
   */
  'clusters.admin': call(
    z.strictObject({ clusters: z.array(clusterId).min(1).max(4), command: adminSchema }),
    z.object({
      results: z.array(z.object({ cluster: z.string(), ok: z.boolean(), message: z.string() })),
    }),
  ),
  'clusters.undo': call(
    z.strictObject({ cluster: clusterId, fault: z.int() }),
    z.object({ ok: z.boolean(), message: z.string() }),
  ),
  /** Manual mode on or off: everything waits in inboxes until it is delivered by hand. */
  'clusters.manual': call(
    z.strictObject({ clusters: z.array(clusterId).min(1).max(4), on: z.boolean() }),
    z.object({ states: z.array(manualStateSchema) }),
  ),
  'manual.act': call(z.strictObject({ cluster: clusterId, act: manualActSchema }), done),
  /** Also of a cluster that is not in manual mode: `on` says so. */
  'manual.inbox': call(z.strictObject({ cluster: clusterId }), manualStateSchema),
  'clusters.workload': call(
    z.strictObject({ clusters: z.array(clusterId).min(1).max(4), workload: workloadSchema }),
    done,
  ),
  /** Runs a shipped scenario on these protocols, all at once side by side, as one group. */
  'scenarios.run': call(
    z.strictObject({
      name: z.string().min(1).max(100),
      protocols: z.array(protocolSchema).min(1).max(3),
      seed: z.int().optional(),
    }),
    z.object({ clusters: z.array(clusterSchema) }),
  ),
  'runs.list': call(
    z.strictObject({ limit: z.int().min(1).max(500).default(100), beforeId: z.int().optional() }),
    z.object({ runs: z.array(runSchema), total: z.number() }),
  ),
  'runs.get': call(z.strictObject({ run: runId }), runSchema),
  'runs.delete': call(z.strictObject({ runs: z.array(runId).min(1).max(100) }), done),
  /**
   * Events of [fromUs, toUs) in order, at most `limit`. `nextUs` is where to go on, null at the end
   * of the range: a page never ends within a microsecond.
   */
  'runs.events': call(
    z.strictObject({
      run: runId,
      fromUs: z.number().min(0),
      toUs: z.number().min(0),
      limit: z.int().min(1).max(50_000).default(5_000),
      /** Leave out messages: an overview of a long run. */
      withoutMessages: z.boolean().default(false),
    }),
    z.object({ events: viewEvents, nextUs: z.number().nullable() }),
  ),
  /** Events from the newest keyframe at or before `us` up to `us`: fold them to get the moment. */
  'runs.moment': call(
    z.strictObject({ run: runId, us: z.number().min(0) }),
    z.object({ keyframe: z.unknown().nullable(), events: viewEvents }),
  ),
  /** Re-execution: feeds every journal to fresh cores and compares effects. */
  'runs.verify': call(z.strictObject({ run: runId }), verifyResult),
  /** What these runs cost and what each fault did, as one self-contained HTML page. */
  'runs.report': call(
    z.strictObject({ runs: z.array(runId).min(1).max(8) }),
    z.object({ html: z.string() }),
  ),
  /** Runs of one group, or chosen ones, with metrics, to stand side by side. */
  'runs.compare': call(
    z.strictObject({ runs: z.array(runId).min(1).max(8) }),
    z.object({ runs: z.array(runSchema) }),
  ),
} as const;

export type CallName = keyof typeof CALLS;
export type CallInput<N extends CallName> = z.input<(typeof CALLS)[N]['input']>;
export type CallOutput<N extends CallName> = z.output<(typeof CALLS)[N]['output']>;

/** Pushed events. Sent in batches, at most about 20 a second per cluster. */
export interface PushEvents {
  'cluster-events': { readonly cluster: string; readonly events: readonly ViewEvent[] };
  /** Clusters were started, stopped or changed; the whole list. */
  'clusters-changed': { readonly clusters: readonly z.infer<typeof clusterSchema>[] };
  'run-changed': { readonly run: z.infer<typeof runSchema> };
  'runs-deleted': { readonly runs: readonly number[] };
  /** The inboxes of a cluster in manual mode changed, or the mode has ended; the whole state. */
  'manual-changed': { readonly state: ManualState };
  /** Something the user must see: a node keeps dying, the disk is full, the recorder is behind. */
  notice: { readonly level: 'info' | 'warning' | 'error'; readonly text: string };
}
export type PushName = keyof PushEvents;

/** Manual mode as it crosses the wire: what is done by hand, and what waits in the inboxes. */
import { z } from 'zod';
import type { Era } from '../vocabulary/era.ts';
import type { MessageKind } from '../vocabulary/trace.ts';
import { nodeId } from './admin.ts';

const position = z.int().min(1);
const item = z.int().min(1);

export const manualConditionSchema = z.discriminatedUnion('is', [
  /** Some node leads and is ready to serve. */
  z.strictObject({ is: z.literal('leader') }),
  /** Nothing waits in any inbox. */
  z.strictObject({ is: z.literal('idle') }),
  /** Some node knows this position committed. */
  z.strictObject({ is: z.literal('committed'), atLeast: position }),
  z.strictObject({ is: z.literal('applied'), node: nodeId, atLeast: position }),
]);

/** Steps after which `run` gives up, unless it says another number. */
export const MANUAL_STEPS_DEFAULT = 1_000;

export const manualActSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('deliver'), node: nodeId, item }),
  z.strictObject({ do: z.literal('drop'), node: nodeId, item }),
  /** A copy comes in behind everything that waits. */
  z.strictObject({ do: z.literal('duplicate'), node: nodeId, item }),
  /** Time passes on this node alone, until its next timer is due. */
  z.strictObject({ do: z.literal('fire'), node: nodeId }),
  /** Delivers what has waited longest; when nothing waits, the earliest timer fires. */
  z.strictObject({ do: z.literal('step') }),
  /** Steps until the condition holds, or so many times. Answers when it has begun. */
  z.strictObject({
    do: z.literal('run'),
    until: manualConditionSchema,
    steps: z.int().min(1).max(100_000).default(MANUAL_STEPS_DEFAULT),
  }),
  /** Ends a `run`. */
  z.strictObject({ do: z.literal('halt') }),
  /** One operation of a client, which waits for its answer as long as it takes. */
  z.strictObject({
    do: z.literal('ask'),
    op: z.enum(['read', 'write']),
    key: z.string().min(1).max(100),
    value: z.string().max(1_000).default(''),
  }),
]);

const itemSchema = z.object({
  node: z.string(),
  id: z.number(),
  kind: z.enum(['message', 'request', 'link']),
  /** null: a client. */
  from: z.string().nullable(),
  type: z.string(),
  /** The kind of a message; null for everything else. */
  mk: z.custom<MessageKind>().nullable(),
  text: z.string(),
  bytes: z.number(),
  /** When it arrived. */
  us: z.number(),
});

const nodeSchema = z.object({
  node: z.string(),
  /** `manual`: everything waits for the scheduler. A paused node is asked nothing. */
  is: z.enum(['manual', 'paused', 'down', 'joining']),
  /** Items in its inbox. */
  waiting: z.number(),
  role: z.string(),
  word: z.string(),
  era: z.custom<Era>(),
  committed: z.number(),
  applied: z.number(),
  timerTicks: z.number(),
  firedTicks: z.number(),
});

const runSchema = z.object({
  until: z.string(),
  steps: z.number(),
  stepsMax: z.number(),
  /** null while it goes on. */
  met: z.boolean().nullable(),
  /** How it ended; empty while it goes on. */
  text: z.string(),
});

const askSchema = z.object({
  no: z.number(),
  text: z.string(),
  outcome: z.enum(['open', 'ok', 'failed', 'unknown']),
  /** The answer, or why there is none; empty while it is open. */
  result: z.string(),
});

export const manualStateSchema = z.object({
  cluster: z.string(),
  on: z.boolean(),
  /** Length of a tick. */
  tickMs: z.number(),
  nodes: z.array(nodeSchema),
  /** The oldest items of all inboxes, oldest first. */
  items: z.array(itemSchema),
  /** What `step` does: delivers an item, or (null) lets the timer of a node fire. */
  next: z.object({ node: z.string(), item: z.number().nullable() }).nullable(),
  /** Items in all inboxes, those that are not listed included. */
  waiting: z.number(),
  /** Items that were lost because an inbox was full. */
  overflowed: z.number(),
  /** Steps taken in this mode. */
  steps: z.number(),
  /** What was done last, in words. */
  last: z.string(),
  /** The present `run`, or the last one. */
  run: runSchema.nullable(),
  /** Newest first. */
  asks: z.array(askSchema),
});

export type ManualAct = z.infer<typeof manualActSchema>;
export type ManualItemView = z.infer<typeof itemSchema>;
export type ManualNodeView = z.infer<typeof nodeSchema>;
export type ManualState = z.infer<typeof manualStateSchema>;

/**
 * Faults as they cross the wire: exactly the shapes of vocabulary/fault.ts. What the values may be
 * in detail is checked by each kind itself (faults/).
 */
import { z } from 'zod';
import { CRASH_POINT_NAMES } from '../vocabulary/crash-points.ts';
import type { FaultSpec, LinkFault, NodeFault } from '../vocabulary/fault.ts';
import { nodeId } from './admin.ts';

export const DISTRIBUTIONS = ['uniform', 'normal', 'exponential'] as const;
export const PLAIN_NODE_KINDS = [
  'kill',
  'stop',
  'pause',
  'wipe',
  'hold-disk',
  'full-disk',
  'corrupt',
] as const;

export const crashPointSchema = z.enum(CRASH_POINT_NAMES);

const amount = z.number().min(0);
const onNode = { node: nodeId };
const onLinks = {
  links: z
    .array(z.strictObject({ from: nodeId, to: nodeId }))
    .min(1)
    .max(72),
  only: z
    .strictObject({
      types: z.array(z.string().min(1).max(60)).min(1).max(20).nullable().default(null),
      first: z.int().min(1).nullable().default(null),
    })
    .optional(),
};

const plain = PLAIN_NODE_KINDS.map((kind) => z.strictObject({ kind: z.literal(kind), ...onNode }));

const nodeFaultSchema = z.discriminatedUnion('kind', [
  ...(plain as [(typeof plain)[number], ...typeof plain]),
  z.strictObject({ kind: z.literal('power-cut'), ms: amount.default(0), ...onNode }),
  z.strictObject({
    kind: z.literal('crash-at'),
    point: crashPointSchema,
    nth: z.int().min(1).default(1),
    ...onNode,
  }),
  z.strictObject({ kind: z.literal('slow'), stallMs: amount, everyMs: amount, ...onNode }),
  z.strictObject({
    kind: z.literal('slow-disk'),
    delayMs: amount,
    jitterMs: amount.default(0),
    ...onNode,
  }),
  z.strictObject({
    kind: z.literal('io-error'),
    on: z.enum(['write', 'sync']).default('sync'),
    ...onNode,
  }),
  z.strictObject({ kind: z.literal('skew'), rate: z.number().positive(), ...onNode }),
  z.strictObject({ kind: z.literal('jump'), ms: amount, ...onNode }),
]);

const linkFaultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cut'), ...onLinks }),
  z.strictObject({
    kind: z.literal('delay'),
    delayMs: amount,
    jitterMs: amount.default(0),
    distribution: z.enum(DISTRIBUTIONS).default('uniform'),
    ...onLinks,
  }),
  z.strictObject({ kind: z.literal('loss'), probability: amount.max(1), ...onLinks }),
  z.strictObject({
    kind: z.literal('duplicate'),
    probability: amount.max(1).default(1),
    windowMs: amount.default(20),
    ...onLinks,
  }),
  z.strictObject({ kind: z.literal('reorder'), windowMs: amount, ...onLinks }),
  z.strictObject({ kind: z.literal('hold'), ...onLinks }),
  z.strictObject({ kind: z.literal('bandwidth'), bytesPerSecond: amount, ...onLinks }),
]);

export const faultSchema: z.ZodType<FaultSpec> = z.union([
  nodeFaultSchema as unknown as z.ZodType<NodeFault>,
  linkFaultSchema as unknown as z.ZodType<LinkFault>,
]);

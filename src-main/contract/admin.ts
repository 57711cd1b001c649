/** Commands of the operator as a schema (vocabulary/admin.ts says what they mean). */
import { z } from 'zod';
import type { AdminSpec } from '../vocabulary/admin.ts';

export const nodeId = z.string().regex(/^n[1-9]\d?$/, 'a node id: n1, n2, ...');

const nodes = z.array(nodeId).max(15);

export const adminSchema = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('add'),
    node: nodeId,
    as: z.enum(['learner', 'voter']).default('learner'),
  }),
  z.strictObject({ do: z.literal('promote'), node: nodeId }),
  z.strictObject({ do: z.literal('remove'), node: nodeId }),
  z.strictObject({ do: z.literal('replace'), node: nodeId }),
  z.strictObject({
    do: z.literal('reconfigure'),
    voters: nodes.min(1),
    learners: nodes.default([]),
  }),
  z.strictObject({ do: z.literal('transfer'), to: nodeId }),
  z.strictObject({
    do: z.literal('snapshot'),
    node: nodeId,
    retain: z.int().min(0).nullable().default(null),
  }),
]) satisfies z.ZodType<AdminSpec, unknown>;

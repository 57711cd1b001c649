/** The steps of a scenario file as a schema; what each means is in docs/SCENARIOS.md. */
import { z } from 'zod';
import { crashPointSchema, DISTRIBUTIONS, PLAIN_NODE_KINDS } from './faults.ts';
import {
  delayDuration,
  durationSchema,
  memberId,
  memberIds,
  optionalDuration,
  selectors,
} from './scenario-values.ts';

/** When a step runs: exactly one of `at` and `when`; checked with its place by the reader. */
const time = {
  at: optionalDuration,
  when: z
    .strictObject({ role: z.literal('leader'), changed: z.literal(true).default(true) })
    .optional(),
  after: optionalDuration,
};
/** How long the fault lasts; absent: until another step, or the end, undoes it. */
const lasting = { for: durationSchema(1).optional() };

const step = <T extends string, S extends z.ZodRawShape>(name: T, shape: S) =>
  z.strictObject({ ...time, do: z.literal(name), ...shape });
const onNode = { node: selectors };
const nodeStep = <T extends string>(name: T) => step(name, onNode);
const nodeFault = <T extends string, S extends z.ZodRawShape>(name: T, shape: S) =>
  step(name, { ...onNode, ...lasting, ...shape });

const types = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(z.string().min(1).max(60)).min(1).max(20),
);
const linkFault = <T extends string, S extends z.ZodRawShape>(name: T, shape: S) =>
  step(name, {
    from: selectors,
    to: selectors,
    /** Message types of the protocol, or kinds of all protocols. */
    types: types.optional(),
    first: z.int().min(1).optional(),
    ...lasting,
    ...shape,
  });

const [firstPlain, ...otherPlain] = PLAIN_NODE_KINDS.map((kind) => nodeFault(kind, {}));

export const scenarioStepSchema = z.discriminatedUnion('do', [
  // Of nodes
  firstPlain as NonNullable<typeof firstPlain>,
  ...otherPlain,
  nodeFault('power-cut', { ms: delayDuration.default(0) }),
  nodeFault('crash-at', { point: crashPointSchema, nth: z.int().min(1).default(1) }),
  nodeFault('slow', { stallMs: durationSchema(1, 800), everyMs: delayDuration }),
  nodeFault('slow-disk', { ms: delayDuration, jitterMs: delayDuration.default(0) }),
  nodeFault('io-error', { on: z.enum(['write', 'sync']).default('sync') }),
  nodeFault('skew', { rate: z.number().min(0.1).max(10) }),
  nodeStep('jump').extend({ ms: durationSchema(1, 600_000) }),
  step('align-timers', { ms: durationSchema(1, 600_000).default(1_000) }),
  step('spread-timers', { by: z.number().min(0.01).max(1).default(0.1), ...lasting }),
  // Of links
  linkFault('cut', {}),
  linkFault('delay', {
    ms: delayDuration,
    jitterMs: delayDuration.default(0),
    distribution: z.enum(DISTRIBUTIONS).default('uniform'),
  }),
  linkFault('loss', { probability: z.number().min(0).max(1) }),
  linkFault('duplicate', {
    probability: z.number().min(0).max(1).default(1),
    windowMs: delayDuration.default(20),
  }),
  linkFault('reorder', { windowMs: delayDuration }),
  linkFault('hold', {}),
  linkFault('bandwidth', { bytesPerSecond: z.number().min(100).max(1_000_000_000) }),
  // Shapes
  step('partition', { groups: z.array(selectors).min(2).max(9), ...lasting }),
  nodeFault('isolate', {}),
  nodeFault('half-open', {}),
  nodeFault('bridge', {}),
  nodeFault('star', {}),
  step('ring', lasting),
  step('chain', lasting),
  // Ends of faults
  nodeStep('start'),
  nodeStep('resume'),
  nodeStep('release-disk'),
  nodeStep('restore'),
  step('heal', {}),
  step('recover', {}),
  // The operator
  step('add', { node: memberId, as: z.enum(['learner', 'voter']).default('learner') }),
  nodeStep('promote'),
  nodeStep('remove'),
  nodeStep('replace'),
  step('reconfigure', { voters: memberIds, learners: memberIds.default([]) }),
  step('transfer', { to: selectors }),
  step('snapshot', { ...onNode, retain: z.int().min(0).nullable().default(null) }),
]);
export type ScenarioStepFile = z.output<typeof scenarioStepSchema>;

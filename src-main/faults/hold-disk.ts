/**
 * The disk takes writes and does not complete them: nothing that waits for one leaves the node, and
 * a kill loses them. Undone by completing what waits, in order.
 */
import type { FaultSpec } from '../vocabulary/fault.ts';
import type { FaultKind } from './fault-kind.ts';

type Spec = Extract<FaultSpec, { kind: 'hold-disk' }>;

export const holdDiskFault: FaultKind<Spec> = {
  name: 'hold-disk',
  check: () => null,
  label: (spec) => `hold the disk of ${spec.node}`,
  begin: (spec) => [{ node: spec.node, signal: 'hold-disk' }],
  undo: (spec) => [{ node: spec.node, signal: 'release-disk' }],
  links: () => [],
  rule: (_spec, before) => before,
};

/**
 * The disk of a node that is down is lost. Nothing brings it back: the node's next start is on an
 * empty disk with an identity of its own (protocols.md 0.5), and it takes part again once it is
 * added to the cluster. Over when the node is started.
 */
import type { FaultSpec } from '../vocabulary/fault.ts';
import type { FaultKind } from './fault-kind.ts';

type Spec = Extract<FaultSpec, { kind: 'wipe' }>;

export const wipeFault: FaultKind<Spec> = {
  name: 'wipe',
  check: () => null,
  label: (spec) => `wipe ${spec.node}`,
  begin: (spec) => [{ node: spec.node, signal: 'wipe' }],
  undo: () => [],
  links: () => [],
  rule: (_spec, before) => before,
};

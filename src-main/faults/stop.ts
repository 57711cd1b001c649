/**
 * A clean stop: the node closes its files and ends. Undone by starting it again.
 */
import type { FaultSpec } from '../vocabulary/fault.ts';
import type { FaultKind } from './fault-kind.ts';

type Spec = Extract<FaultSpec, { kind: 'stop' }>;

export const stopFault: FaultKind<Spec> = {
  name: 'stop',
  check: () => null,
  label: (spec) => `stop ${spec.node}`,
  begin: (spec) => [{ node: spec.node, signal: 'stop' }],
  undo: (spec) => [{ node: spec.node, signal: 'start' }],
  links: () => [],
  rule: (_spec, before) => before,
};

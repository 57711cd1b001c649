/**
 * SIGKILL: the process is gone at once; its sockets close, which its peers notice. What was synced
 * stays on disk. Undone by starting the node again.
 */
import type { FaultSpec } from '../vocabulary/fault.ts';
import type { FaultKind } from './fault-kind.ts';

type Spec = Extract<FaultSpec, { kind: 'kill' }>;

export const killFault: FaultKind<Spec> = {
  name: 'kill',
  check: () => null,
  label: (spec) => `kill ${spec.node}`,
  begin: (spec) => [{ node: spec.node, signal: 'kill' }],
  undo: (spec) => [{ node: spec.node, signal: 'start' }],
  links: () => [],
  rule: (_spec, before) => before,
};

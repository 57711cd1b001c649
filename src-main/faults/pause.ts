/**
 * SIGSTOP, or a cooperative freeze where the system has none: sockets stay open, timers stand
 * still, nothing is answered. Peers notice by time-out only. Undone by SIGCONT.
 */
import type { FaultSpec } from '../vocabulary/fault.ts';
import type { FaultKind } from './fault-kind.ts';

type Spec = Extract<FaultSpec, { kind: 'pause' }>;

export const pauseFault: FaultKind<Spec> = {
  name: 'pause',
  check: () => null,
  label: (spec) => `pause ${spec.node}`,
  begin: (spec) => [{ node: spec.node, signal: 'pause' }],
  undo: (spec) => [{ node: spec.node, signal: 'resume' }],
  links: () => [],
  rule: (_spec, before) => before,
};

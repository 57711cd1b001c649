/**
 * Nothing passes a directed link. A one-way cut names one direction; isolation and partitions are
 * sets of cut links. Messages under way are lost. Nobody is told: a session is closed by the end
 * that sees the hole, with the first message that passes again.
 */
import type { FaultSpec } from '../vocabulary/fault.ts';
import { linksLabel, type FaultKind } from './fault-kind.ts';

type Spec = Extract<FaultSpec, { kind: 'cut' }>;

export const cutFault: FaultKind<Spec> = {
  name: 'cut',
  check: (spec) => (spec.links.length === 0 ? 'no link to cut' : null),
  label: (spec) => `cut ${linksLabel(spec.links)}`,
  begin: () => [],
  undo: () => [],
  links: (spec) => spec.links,
  rule: (_spec, before) => ({ ...before, cut: true }),
};

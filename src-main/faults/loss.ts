/**
 * Each message of a directed link is lost with this probability, drawn from the seeded generator of
 * the link. Two losses on one link are independent.
 */
import type { FaultSpec } from '../vocabulary/fault.ts';
import { linksLabel, type FaultKind } from './fault-kind.ts';

type Spec = Extract<FaultSpec, { kind: 'loss' }>;

export const lossFault: FaultKind<Spec> = {
  name: 'loss',
  check: (spec) => {
    if (spec.links.length === 0) return 'no link to lose messages on';
    const ok = spec.probability >= 0 && spec.probability <= 1;
    return ok ? null : 'the probability of a loss goes from 0 to 1';
  },
  label: (spec) =>
    `lose ${Math.round(spec.probability * 1000) / 10} % of ${linksLabel(spec.links)}`,
  begin: () => [],
  undo: () => [],
  links: (spec) => spec.links,
  rule: (spec, before) => ({
    ...before,
    loss: 1 - (1 - before.loss) * (1 - spec.probability),
  }),
};

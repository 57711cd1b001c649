/**
 * Every message of a directed link takes `delayMs` longer, plus or minus up to `jitterMs`, order
 * kept. Several delays on one link add up.
 */
import type { FaultSpec } from '../vocabulary/fault.ts';
import { linksLabel, type FaultKind } from './fault-kind.ts';

const DELAY_MS_MAX = 60_000;

type Spec = Extract<FaultSpec, { kind: 'delay' }>;

export const delayFault: FaultKind<Spec> = {
  name: 'delay',
  check: (spec) => {
    if (spec.links.length === 0) return 'no link to delay';
    const ok = [spec.delayMs, spec.jitterMs].every((ms) => ms >= 0 && ms <= DELAY_MS_MAX);
    return ok ? null : `delay and jitter go from 0 to ${DELAY_MS_MAX} ms`;
  },
  label: (spec) => {
    const jitter = spec.jitterMs === 0 ? '' : ` ± ${spec.jitterMs}`;
    return `delay ${linksLabel(spec.links)} ${spec.delayMs}${jitter} ms`;
  },
  begin: () => [],
  undo: () => [],
  links: (spec) => spec.links,
  rule: (spec, before) => ({
    ...before,
    delayMs: before.delayMs + spec.delayMs,
    jitterMs: before.jitterMs + spec.jitterMs,
  }),
};

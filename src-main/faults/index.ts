/** Registry of fault kinds, one line each, and what all faults that are on do to each link. */
import { CLEAR_LINK, type FaultSpec, type LinkRule } from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import { cutFault } from './cut.ts';
import { delayFault } from './delay.ts';
import type { FaultKind } from './fault-kind.ts';
import { holdDiskFault } from './hold-disk.ts';
import { killFault } from './kill.ts';
import { lossFault } from './loss.ts';
import { pauseFault } from './pause.ts';
import { powerCutFault } from './power-cut.ts';
import { stopFault } from './stop.ts';
import { wipeFault } from './wipe.ts';

const KINDS = {
  kill: killFault,
  stop: stopFault,
  pause: pauseFault,
  'hold-disk': holdDiskFault,
  'power-cut': powerCutFault,
  wipe: wipeFault,
  cut: cutFault,
  delay: delayFault,
  loss: lossFault,
} as const;

export function faultKind(spec: FaultSpec): FaultKind {
  return KINDS[spec.kind] as unknown as FaultKind;
}

/** Key of a directed link. */
export function linkKey(from: NodeId, to: NodeId): string {
  return `${from}>${to}`;
}

/** Combines the faults that are on, in the order they began; links without a rule are clear. */
export function combineRules(active: readonly FaultSpec[]): Map<string, LinkRule> {
  const rules = new Map<string, LinkRule>();
  for (const spec of active) {
    const kind = faultKind(spec);
    for (const { from, to } of kind.links(spec)) {
      const key = linkKey(from, to);
      rules.set(key, kind.rule(spec, rules.get(key) ?? CLEAR_LINK));
    }
  }
  return rules;
}

/** All directed links between different groups: a partition. */
export function linksBetween(
  groups: readonly (readonly NodeId[])[],
): { from: NodeId; to: NodeId }[] {
  const links: { from: NodeId; to: NodeId }[] = [];
  for (const group of groups) {
    for (const other of groups) {
      if (group === other) continue;
      for (const from of group) for (const to of other) links.push({ from, to });
    }
  }
  return links;
}

/** Registry of fault kinds, one line each, and what all faults that are on do together. */
import { onlyOf, SOUND_NODE } from '../vocabulary/fault.ts';
import type { FaultRecord, FaultSpec, LinkEffect, LinkRule } from '../vocabulary/fault.ts';
import type { LinkFault, NodeRules } from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import { bandwidthFault } from './bandwidth.ts';
import { corruptFault } from './corrupt.ts';
import { crashAtFault } from './crash-at.ts';
import { cutFault } from './cut.ts';
import { delayFault } from './delay.ts';
import { duplicateFault } from './duplicate.ts';
import type { FaultKind } from './fault-kind.ts';
import { fullDiskFault } from './full-disk.ts';
import { holdFault } from './hold.ts';
import { holdDiskFault } from './hold-disk.ts';
import { ioErrorFault } from './io-error.ts';
import { jumpFault } from './jump.ts';
import { killFault } from './kill.ts';
import { lossFault } from './loss.ts';
import { pauseFault } from './pause.ts';
import { powerCutFault } from './power-cut.ts';
import { reorderFault } from './reorder.ts';
import { skewFault } from './skew.ts';
import { slowFault } from './slow.ts';
import { slowDiskFault } from './slow-disk.ts';
import { stopFault } from './stop.ts';
import { wipeFault } from './wipe.ts';

const KINDS = {
  kill: killFault,
  stop: stopFault,
  pause: pauseFault,
  slow: slowFault,
  'crash-at': crashAtFault,
  'power-cut': powerCutFault,
  wipe: wipeFault,
  'hold-disk': holdDiskFault,
  'slow-disk': slowDiskFault,
  'full-disk': fullDiskFault,
  'io-error': ioErrorFault,
  corrupt: corruptFault,
  skew: skewFault,
  jump: jumpFault,
  cut: cutFault,
  delay: delayFault,
  loss: lossFault,
  duplicate: duplicateFault,
  reorder: reorderFault,
  hold: holdFault,
  bandwidth: bandwidthFault,
} as const satisfies Record<FaultSpec['kind'], unknown>;

export const FAULT_KIND_NAMES = Object.keys(KINDS) as readonly FaultSpec['kind'][];

export function faultKind(spec: FaultSpec): FaultKind {
  return KINDS[spec.kind] as unknown as FaultKind;
}

/** Key of a directed link. */
export function linkKey(from: NodeId, to: NodeId): string {
  return `${from}>${to}`;
}

type Active = readonly Pick<FaultRecord, 'id' | 'spec'>[];

/** What is done to each directed link, in the order the faults began; the others are clear. */
export function linkRules(active: Active): Map<string, LinkRule[]> {
  const rules = new Map<string, LinkRule[]>();
  for (const { id, spec } of active) {
    if (!('links' in spec)) continue;
    const rule: LinkRule = { fault: id, effect: effectOf(spec) };
    for (const { from, to } of spec.links) {
      const key = linkKey(from, to);
      const known = rules.get(key);
      if (known === undefined) rules.set(key, [rule]);
      else known.push(rule);
    }
  }
  return rules;
}

function effectOf(fault: LinkFault): LinkEffect {
  const { links: _, ...effect } = fault;
  return effect;
}

/** Whether nothing at all passes a link under these rules. */
export function isCut(rules: readonly LinkRule[]): boolean {
  return rules.some(({ effect }) => {
    const { types, first } = onlyOf(effect);
    return effect.kind === 'cut' && types === null && first === null;
  });
}

/** With more than that lost no protocol is owed progress. */
const LOSS_BEARABLE = 0.5;

/** Whether no recovery can be asked for over such a link. */
export function isBroken(rules: readonly LinkRule[]): boolean {
  return rules.some(({ effect }) => {
    if (effect.kind === 'loss') return effect.probability > LOSS_BEARABLE;
    return effect.kind === 'cut' || effect.kind === 'hold' || effect.kind === 'bandwidth';
  });
}

/** What is done to a node by all faults that are on. */
export function nodeRules(active: Active, node: NodeId): NodeRules {
  let rules = SOUND_NODE;
  for (const { id, spec } of active) {
    if ('node' in spec && spec.node === node) rules = faultKind(spec).rules(spec, rules, id);
  }
  return rules;
}

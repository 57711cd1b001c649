/** How manual mode looks from outside: nodes, items and steps in words. */
import type { ManualItemView, ManualNodeView } from '../contract/manual.ts';
import { protocolDefinition } from '../protocols/index.ts';
import { ERA_ZERO } from '../vocabulary/era.ts';
import type { NodeId, ProtocolName } from '../vocabulary/ids.ts';
import type { ManualNodeAct } from '../vocabulary/manual.ts';
import type { ManualInboxes, PlacedItem } from './manual-inboxes.ts';
import type { NodeHandle } from './node-handle.ts';

/** Of a node that has told nothing in this mode yet. */
const NOTHING_TOLD = {
  role: '',
  word: '',
  era: ERA_ZERO,
  committed: 0,
  applied: 0,
  timerTicks: 0,
  firedTicks: 0,
} as const;

export function nodeView(
  node: NodeId,
  handle: NodeHandle | undefined,
  inboxes: ManualInboxes,
): ManualNodeView {
  const state = inboxes.state(node);
  const waiting = inboxes.waitingAt(node);
  const is = standingOf(handle, state !== null);
  return { node, is, waiting, ...(state ?? NOTHING_TOLD) };
}

function standingOf(handle: NodeHandle | undefined, hasTold: boolean): ManualNodeView['is'] {
  if (handle?.isRunning !== true) return 'down';
  if (handle.isPaused) return 'paused';
  return hasTold ? 'manual' : 'joining';
}

export function itemView(item: PlacedItem, protocol: ProtocolName): ManualItemView {
  const { messageKinds } = protocolDefinition(protocol);
  const mk = item.kind === 'message' ? (messageKinds[item.type] ?? null) : null;
  return { ...item, mk };
}

/** `n2 gets AppendEntries from n1`; to be asked before it is done. */
export function stepText(node: NodeId, act: ManualNodeAct, inboxes: ManualInboxes): string {
  if (act.do === 'fire') {
    return `${node}: ${inboxes.state(node)?.timerTicks ?? 0} ticks pass, its timer fires`;
  }
  const item = inboxes.item(node, act.item);
  const what = item === null ? 'an item' : `${item.type} from ${item.from ?? 'a client'}`;
  if (act.do === 'deliver') return `${node} gets ${what}`;
  return act.do === 'drop' ? `${node} never gets ${what}` : `${what} comes to ${node} once more`;
}

/** What the screen says of a cluster beyond its nodes: who leads, what is cut, why it waits. */
import type { ClusterView } from '../../src-main/contract/cluster-view.ts';
import type { NodeView } from '../../src-main/contract/node-view.ts';
import { lastCommitted } from '../../src-main/contract/node-log.ts';
import {
  compareEras,
  eraLabel,
  type Era,
  type FaultRecord,
  type Link,
  type NodeId,
} from '../../src-main/contract/words.ts';
import { withBallots } from '../timeline/event-text.ts';

export interface LinkState {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly cut: boolean;
  readonly delayMs: number;
  readonly loss: number;
  /** Faults of this direction that are on. */
  readonly faults: readonly number[];
}

export function linkKey(from: NodeId, to: NodeId): string {
  return `${from} ${to}`;
}

/** Broken directions only, by linkKey. Delays add up, losses combine. */
export function linkStates(faults: readonly FaultRecord[]): Map<string, LinkState> {
  const states = new Map<string, LinkState>();
  for (const fault of faults) {
    if (!('links' in fault.spec)) continue;
    for (const link of fault.spec.links) {
      const key = linkKey(link.from, link.to);
      states.set(key, addFault(states.get(key) ?? clearLink(link), fault));
    }
  }
  return states;
}

/** The leader to show: the newest era's, a ready one before one that is not. */
export function currentLeader(view: ClusterView): NodeView | null {
  let best: NodeView | null = null;
  for (const id of view.nodeIds) {
    const node = view.nodes[id] as NodeView;
    if (node.state !== 'up' || node.role !== 'leader') continue;
    if (best === null || compareEras(node.era, best.era) > 0) best = node;
  }
  return best;
}

/** The newest era that any node is in. */
export function newestEra(view: ClusterView): Era {
  let newest: Era = { number: 0, owner: null };
  for (const id of view.nodeIds) {
    const node = view.nodes[id] as NodeView;
    if (compareEras(node.era, newest) > 0) newest = node.era;
  }
  return newest;
}

export function isWorking(node: NodeView): boolean {
  return node.state === 'up' && !node.paused;
}

export function canTalk(states: ReadonlyMap<string, LinkState>, a: NodeId, b: NodeId): boolean {
  return states.get(linkKey(a, b))?.cut !== true && states.get(linkKey(b, a))?.cut !== true;
}

/** Up, but without a link that works both ways to any other working node. */
export function isCutOff(
  view: ClusterView,
  states: ReadonlyMap<string, LinkState>,
  node: NodeId,
): boolean {
  const others = view.nodeIds.filter((id) => id !== node);
  return others.length > 0 && others.every((id) => !canTalk(states, node, id));
}

/** The largest group in which one node reaches all others both ways: what can form a quorum. */
export function largestGroup(
  view: ClusterView,
  states: ReadonlyMap<string, LinkState>,
): readonly NodeId[] {
  let best: readonly NodeId[] = [];
  const working = view.nodeIds.filter((id) => isWorking(view.nodes[id] as NodeView));
  const leader = currentLeader(view)?.id ?? null;
  for (const hub of working) {
    const group = working.filter((id) => id === hub || canTalk(states, hub, id));
    const better = group.length > best.length;
    if (better || (group.length === best.length && hub === leader)) best = group;
  }
  return best;
}

export function majorityOf(view: ClusterView): number {
  return Math.floor(view.nodeIds.length / 2) + 1;
}

/** The highest position that any node knows to be committed. */
export function committedUpTo(view: ClusterView): number {
  let top = 0;
  for (const id of view.nodeIds) {
    top = Math.max(top, lastCommitted((view.nodes[id] as NodeView).committed));
  }
  return top;
}

export interface Headline {
  readonly text: string;
  readonly detail: string;
  readonly tone: 'good' | 'waiting' | 'bad';
  readonly era: Era;
}

/** What a running cluster is about; a recording has none. */
export type Phase = 'starting' | 'running' | 'stopping' | 'failed';

/** Its nodes are not all expected to be there: that few can talk is no news. */
export function isInTransition(view: ClusterView, phase: Phase): boolean {
  return phase === 'stopping' || isComingUp(view, phase);
}

/** Nobody has led yet, and some node has never been up. */
function isComingUp(view: ClusterView, phase: Phase): boolean {
  if (view.faults.length > 0 || newestEra(view).number > 0) return false;
  return phase === 'starting' || view.nodeIds.some((id) => view.nodes[id]?.state === 'starting');
}

/** Who leads, or why nobody does, in one line. */
export function headline(view: ClusterView, phase: Phase = 'running'): Headline {
  const era = newestEra(view);
  if (phase === 'stopping') {
    return { text: 'Stopping', detail: 'the run is over', tone: 'waiting', era };
  }
  if (isComingUp(view, phase)) {
    const up = view.nodeIds.filter((id) => view.nodes[id]?.state === 'up').length;
    const detail = `${up} of ${view.nodeIds.length} nodes are up`;
    return { text: 'Starting', detail, tone: 'waiting', era };
  }
  const group = largestGroup(view, linkStates(view.faults));
  const needed = majorityOf(view);
  const leader = currentLeader(view);
  if (group.length < needed) {
    const detail = `${group.length} of ${view.nodeIds.length} can talk, ${needed} are needed`;
    return { text: 'No quorum', detail, tone: 'bad', era };
  }
  if (leader === null) {
    const seeking = view.nodeIds.filter((id) => isSeeking(view.nodes[id] as NodeView));
    const detail =
      seeking.length > 0
        ? `${seeking.join(' ')} ${seeking.length === 1 ? 'asks' : 'ask'} for votes`
        : 'waiting for a time-out';
    return { text: 'No leader', detail, tone: 'waiting', era };
  }
  if (!isWorking(leader) || !group.includes(leader.id)) {
    const state = leader.paused ? 'is paused' : 'is cut off';
    const detail = `${leader.id} ${state} and still believes it leads ${eraLabel(leader.era)}`;
    return { text: 'No working leader', detail, tone: 'waiting', era };
  }
  if (!leader.ready) {
    const detail = leader.why === '' ? leader.word : withBallots(leader.why);
    return { text: `${leader.id} takes over`, detail, tone: 'waiting', era: leader.era };
  }
  return {
    text: `${leader.id} leads`,
    detail: followDetail(view, leader),
    tone: 'good',
    era: leader.era,
  };
}

function followDetail(view: ClusterView, leader: NodeView): string {
  const follow: NodeId[] = [];
  const rest: string[] = [];
  for (const id of view.nodeIds) {
    const node = view.nodes[id] as NodeView;
    if (id === leader.id) continue;
    if (node.state !== 'up') rest.push(`${id} ${node.state === 'down' ? 'is down' : 'starts'}`);
    else if (node.paused) rest.push(`${id} paused`);
    else if (node.leader === leader.id && node.role === 'follower') follow.push(id);
    else rest.push(`${id} ${node.word}`);
  }
  const parts =
    follow.length > 0 ? [`${follow.join(' ')} follow${follow.length === 1 ? 's' : ''}`] : [];
  return [...parts, ...rest].join(', ');
}

function isSeeking(node: NodeView): boolean {
  return isWorking(node) && (node.role === 'candidate' || node.role === 'looking');
}

function clearLink(link: Link): LinkState {
  return { from: link.from, to: link.to, cut: false, delayMs: 0, loss: 0, faults: [] };
}

function addFault(state: LinkState, fault: FaultRecord): LinkState {
  const faults = [...state.faults, fault.id];
  switch (fault.spec.kind) {
    case 'cut':
      return { ...state, cut: true, faults };
    case 'delay':
      return { ...state, delayMs: state.delayMs + fault.spec.delayMs, faults };
    case 'loss':
      return { ...state, loss: 1 - (1 - state.loss) * (1 - fault.spec.probability), faults };
    default:
      return state;
  }
}

/** What the screen says of a cluster beyond its nodes: who leads, what is cut, why it waits. */
import type { ClusterView } from '../../src-main/contract/cluster-view.ts';
import type { NodeView } from '../../src-main/contract/node-view.ts';
import { lastCommitted } from '../../src-main/contract/node-log.ts';
import {
  eraLabel,
  type Era,
  type FaultRecord,
  type FaultSpec,
  type Link,
  type LinkFaultKind,
  type NodeId,
} from '../../src-main/contract/words.ts';
import { withBallots } from '../timeline/event-text.ts';
import { currentLeader, isWorking, newestEra } from './leadership.ts';
import {
  configurationOf,
  presentIds,
  quorumStanding,
  standingOf,
  votersOf,
  type QuorumStanding,
} from './membership.ts';
import { effectText, isLimited } from './link-effects.ts';
import { cannotWrite } from './node-state.ts';

export interface LinkState {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly cut: boolean;
  /** Nothing arrives: it is cut, everything on it is held, or all of it is lost. */
  readonly blocked: boolean;
  readonly delayMs: number;
  readonly loss: number;
  /** What is on besides, in a few signs each. */
  readonly others: readonly string[];
  /** Kinds that are on, each once. */
  readonly kinds: readonly LinkFaultKind[];
  /** Faults of this direction that are on. */
  readonly faults: readonly number[];
}

export function linkKey(from: NodeId, to: NodeId): string {
  return `${from} ${to}`;
}

interface LinkFault {
  readonly id: number;
  readonly spec: Extract<FaultSpec, { readonly links: readonly Link[] }>;
}

/** Broken directions only, by linkKey. Delays add up, losses combine; what means some messages only
 *  stands among the others. */
export function linkStates(faults: readonly FaultRecord[]): Map<string, LinkState> {
  const states = new Map<string, LinkState>();
  for (const fault of faults) {
    const { id, spec } = fault;
    if (!('links' in spec)) continue;
    for (const link of spec.links) {
      const key = linkKey(link.from, link.to);
      states.set(key, addFault(states.get(key) ?? clearLink(link), { id, spec }));
    }
  }
  return states;
}

export function canTalk(states: ReadonlyMap<string, LinkState>, a: NodeId, b: NodeId): boolean {
  return !isBlocked(states, a, b) && !isBlocked(states, b, a);
}

function isBlocked(states: ReadonlyMap<string, LinkState>, from: NodeId, to: NodeId): boolean {
  return states.get(linkKey(from, to))?.blocked === true;
}

/** Up, but without a link that works both ways to any other working node. */
export function isCutOff(
  view: ClusterView,
  states: ReadonlyMap<string, LinkState>,
  node: NodeId,
): boolean {
  const others = presentIds(view).filter((id) => id !== node);
  return others.length > 0 && others.every((id) => !canTalk(states, node, id));
}

/** Voters that can store something and of which one reaches all others both ways, as close to a
 *  quorum as there is. */
export function largestGroup(
  view: ClusterView,
  states: ReadonlyMap<string, LinkState>,
): readonly NodeId[] {
  const config = configurationOf(view);
  const working = votersOf(config).filter((id) => {
    const node = view.nodes[id];
    if (node === undefined || !isWorking(node) || cannotWrite(view, id)) return false;
    return standingOf(view, id, config) === 'voter';
  });
  const leader = currentLeader(view)?.id ?? null;
  let best: readonly NodeId[] = [];
  let bestSpare = -Infinity;
  for (const hub of working) {
    const group = working.filter((id) => id === hub || canTalk(states, hub, id));
    const { spare } = quorumStanding(config, group);
    if (spare > bestSpare || (spare === bestSpare && hub === leader)) {
      best = group;
      bestSpare = spare;
    }
  }
  return best;
}

/** How the nodes that can talk stand to a quorum of the configuration in force. */
export function quorumNow(view: ClusterView): QuorumStanding {
  return quorumStanding(configurationOf(view), largestGroup(view, linkStates(view.faults)));
}

/** What the nodes of a group do together; with a held disk somewhere it takes more to count. */
export function talkWords(view: ClusterView): string {
  const isHeld = view.nodeIds.some((id) => cannotWrite(view, id));
  return isHeld ? 'can talk and write' : 'can talk';
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
  const quorum = quorumStanding(configurationOf(view), group);
  const leader = currentLeader(view);
  if (quorum.spare < 0) {
    const have = `${quorum.have} of ${quorum.of} ${talkWords(view)}`;
    const detail = `${have}, ${quorum.needed} are needed`;
    return { text: 'No quorum', detail, tone: 'bad', era };
  }
  if (leader === null) {
    const seeking = presentIds(view).filter((id) => isSeeking(view.nodes[id] as NodeView));
    const detail =
      seeking.length > 0
        ? `${seeking.join(' ')} ${seeking.length === 1 ? 'asks' : 'ask'} for votes`
        : 'waiting for a time-out';
    return { text: 'No leader', detail, tone: 'waiting', era };
  }
  if (!isWorking(leader) || !reaches(view, leader.id, group)) {
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

/** A leader that is voted out leads on until that is committed, and one that cannot write commits
 *  by what others have: they are in no group. */
function reaches(view: ClusterView, leader: NodeId, group: readonly NodeId[]): boolean {
  if (group.includes(leader)) return true;
  if (standingOf(view, leader) === 'voter' && !cannotWrite(view, leader)) return false;
  const states = linkStates(view.faults);
  return group.some((id) => canTalk(states, leader, id));
}

function followDetail(view: ClusterView, leader: NodeView): string {
  const follow: NodeId[] = [];
  const rest: string[] = [];
  for (const id of presentIds(view)) {
    const node = view.nodes[id] as NodeView;
    if (id === leader.id) continue;
    if (node.state !== 'up') rest.push(`${id} ${node.state === 'down' ? 'is down' : 'starts'}`);
    else if (node.paused) rest.push(`${id} paused`);
    else if (node.leader === leader.id && follows(view, node)) follow.push(id);
    else rest.push(`${id} ${node.word}`);
  }
  const parts =
    follow.length > 0 ? [`${follow.join(' ')} follow${follow.length === 1 ? 's' : ''}`] : [];
  return [...parts, ...rest].join(', ');
}

function follows(view: ClusterView, node: NodeView): boolean {
  return node.role === 'follower' && standingOf(view, node.id) === 'voter';
}

function isSeeking(node: NodeView): boolean {
  return isWorking(node) && (node.role === 'candidate' || node.role === 'looking');
}

function clearLink(link: Link): LinkState {
  return {
    from: link.from,
    to: link.to,
    cut: false,
    blocked: false,
    delayMs: 0,
    loss: 0,
    others: [],
    kinds: [],
    faults: [],
  };
}

function addFault(state: LinkState, fault: LinkFault): LinkState {
  const { id, spec } = fault;
  const faults = [...state.faults, id];
  const kinds = [...new Set([...state.kinds, spec.kind])];
  const next = { ...state, faults, kinds };
  if (isLimited(spec)) return { ...next, others: [...state.others, effectText(spec)] };
  switch (spec.kind) {
    case 'cut':
      return { ...next, cut: true, blocked: true };
    case 'delay':
      return { ...next, delayMs: state.delayMs + spec.delayMs };
    case 'loss': {
      const loss = 1 - (1 - state.loss) * (1 - spec.probability);
      return { ...next, loss, blocked: state.blocked || loss === 1 };
    }
    default: {
      const blocked = state.blocked || spec.kind === 'hold';
      return { ...next, blocked, others: [...state.others, effectText(spec)] };
    }
  }
}

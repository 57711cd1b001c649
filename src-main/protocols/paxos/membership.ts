/**
 * Reconfiguration through the log (protocols.md 2.9): what a chosen `config` command does, whom
 * this node talks to, and when the members of an ended configuration may be stopped.
 */
import type { Member, NodeId, Position } from '../../vocabulary/ids.ts';
import { hasMember, idsOf, membersOf, isSameList } from '../kernel/config.ts';
import type { PaxosEntry } from './ballot.ts';
import { isConfigCommand, type Governing } from './configs.ts';
import { updatePeers } from './peers.ts';
import { maybeChangeStanding } from './roles.ts';
import type { Leadership, Machine } from './state.ts';

/**
 * A command is validated by the version it expects, in the order of the log; else it is a no-op.
 */
export function applyConfig(m: Machine, { pos, payload }: PaxosEntry): void {
  const { configs } = m.state;
  if (!isConfigCommand(payload) || payload.expectedVersion !== configs.newest.version) return;
  const { version, voters, learners, q1, q2 } = payload;
  configs.add({ pos, version, voters, learners, q1, q2 });
  showMembership(m);
}

/** The chosen prefix moved: configurations whose slots are all chosen end. */
export function advanceConfigs(m: Machine): void {
  const { state } = m;
  const ended = state.configs.advance(state.log.chosenPrefix);
  if (ended === null) return;
  const members = new Map<NodeId, Member>();
  for (const member of state.outgoing?.members ?? []) members.set(member.nodeId, member);
  for (const member of membersIn(ended)) members.set(member.nodeId, member);
  const { pos } = state.configs.current;
  state.outgoing = { pos, voters: ended.ids, members: [...members.values()] };
  showMembership(m);
}

function membersIn({ voters, learners }: Governing): Member[] {
  return membersOf({ voters, votersOld: null, learners });
}

/** Everything that hangs on the set of members. */
export function showMembership(m: Machine): void {
  const { state } = m;
  noteBelonging(m);
  const members = talkedTo(m);
  if (state.membersShown === null || !isSameList(state.membersShown, members)) {
    state.membersShown = members;
    m.fx.members(members);
    if (state.lead !== null) updatePeers(m, state.lead);
  }
  traceConfig(m);
  maybeChangeStanding(m);
}

/** Durable, so that a promise made as a member counts in every later life on this disk. */
function noteBelonging(m: Machine): void {
  const { state } = m;
  if (state.belongs) return;
  const { self, storageId } = state;
  const isNamed = state.configs.list.some(({ voters, learners }) =>
    hasMember({ voters, votersOld: null, learners }, self, storageId),
  );
  if (!isNamed) return;
  state.belongs = true;
  m.fx.persist({ op: 'hard', record: { belongs: true } });
}

/** Everybody in a configuration that matters, and those of an ended one until it is retire-safe. */
function talkedTo(m: Machine): Member[] {
  const { configs, outgoing, mutants } = m.state;
  // Mutant: old members are dropped when the command is merely chosen (2.13-11).
  const stopsEarly = mutants.has('stop-old-early');
  const members = new Map<NodeId, Member>();
  const add = (list: readonly Member[]): void => {
    for (const member of list) members.set(member.nodeId, member);
  };
  if (!stopsEarly) add(outgoing?.members ?? []);
  for (const config of stopsEarly ? [configs.newest] : configs.list) add(membersIn(config));
  return membersOf({ voters: [...members.values()], votersOld: null, learners: [] });
}

function traceConfig(m: Machine): void {
  const { configs, outgoing } = m.state;
  const { newest, current } = configs;
  const votersOld = newest === current ? (outgoing?.voters ?? null) : current.ids;
  const shown = JSON.stringify([newest.pos, votersOld]);
  if (shown === m.state.configShown) return;
  m.state.configShown = shown;
  const learners = idsOf(newest.learners);
  m.fx.trace({ kind: 'config', pos: newest.pos, voters: newest.ids, votersOld, learners });
}

/**
 * Retire-safe: every slot an old configuration governed is chosen, and so many voters of the new
 * one know it durably that whoever is left to lead can learn it. Until then the old ones have to
 * answer.
 */
export function maybeSettle(m: Machine, lead: Leadership): void {
  const { configs, log, self, hintDurable } = m.state;
  const { pos, from, ids, phase1, phase2 } = configs.current;
  if (lead.settled >= pos || log.chosenPrefix < from - 1) return;
  let knowing = 0;
  for (const id of ids) {
    const kept = id === self ? hintDurable : (lead.peers.get(id)?.kept ?? 0);
    if (kept >= from - 1) knowing += 1;
  }
  if (knowing >= Math.max(phase1, phase2)) lead.settled = pos;
}

/** With each round of heartbeats: those who may go have heard it from the round before. */
export function letGo(m: Machine, lead: Leadership): void {
  if (lead.settledTold > 0) noteSettled(m, lead.settledTold);
  lead.settledTold = lead.settled;
}

/** The leader, or this node when it leads, found everything before this configuration settled. */
export function noteSettled(m: Machine, pos: Position): void {
  const { outgoing } = m.state;
  if (outgoing === null || outgoing.pos > pos) return;
  m.state.outgoing = null;
  showMembership(m);
}

/**
 * Which configuration is in force (protocols.md 3.10). A leader proposes one only after the one
 * before is committed and in force, so of all that a history holds only the last may be pending;
 * while it is, quorums are of both.
 */
import { compareIds, type Member, type NodeId } from '../../vocabulary/ids.ts';
import type { Json } from '../../vocabulary/json.ts';
import { idsOf, isSameList, isVoter, membersOf, type ClusterConfig } from '../kernel/config.ts';
import { configAsOf, names, type ConfigAt } from './configs.ts';
import type { ZabEntry } from './log.ts';
import { hasMutant, type ZabNode } from './state.ts';
import { compareZxids } from './zxid.ts';

/** The newest one seen, committed or not. */
export function lastSeenConfig(node: ZabNode): ConfigAt {
  const last = node.configs.at(-1) as ConfigAt;
  const { heard } = node;
  return heard !== null && compareZxids(heard.version, last.version) > 0 ? heard : last;
}

/** The newest one known to be committed. */
export function committedConfig(node: ZabNode): ConfigAt {
  const last = lastSeenConfig(node);
  if (!isPending(node, last)) return last;
  return node.configs.at(-2) ?? last;
}

export function pendingConfig(node: ZabNode): ConfigAt | null {
  const last = lastSeenConfig(node);
  return isPending(node, last) ? last : null;
}

function isPending(node: ZabNode, last: ConfigAt): boolean {
  if (last.pos <= node.committed || node.configs.length === 1) return false;
  return node.heard === null || compareZxids(node.heard.version, last.version) < 0;
}

/** The configuration after everything up to `pos` of this node's own history. */
export function configAt(node: ZabNode, pos: number): ConfigAt {
  return configAsOf(node.configs, pos);
}

/** Whether this node, with the disk it has, votes in one of the configurations in force. */
export function isVoting(node: ZabNode): boolean {
  const { nodeId, storageId } = node.settings;
  const votesIn = (at: ConfigAt | null): boolean =>
    names(at, nodeId, storageId) && isVoter((at as ConfigAt).config, nodeId);
  return votesIn(committedConfig(node)) || votesIn(pendingConfig(node));
}

/** Whether any configuration it holds names this node with the disk it has. */
export function isNamed(node: ZabNode): boolean {
  const { nodeId, storageId } = node.settings;
  const pending = pendingConfig(node);
  return names(committedConfig(node), nodeId, storageId) || names(pending, nodeId, storageId);
}

/** Whether the configurations in force have it among their voters. */
export function isVoterHere(node: ZabNode, nodeId: NodeId): boolean {
  const { voters, votersOld } = node.voters;
  return voters.includes(nodeId) || (votersOld?.includes(nodeId) ?? false);
}

/** Whether it votes in a configuration in force, or in one that others know to be pending. */
export function isCandidate(node: ZabNode, nodeId: NodeId): boolean {
  const { rumoured } = node;
  if (isVoterHere(node, nodeId)) return true;
  return rumoured !== null && isVoter(rumoured.config, nodeId);
}

/** Configurations among new entries of the log. */
export function noteAppended(node: ZabNode, entries: readonly ZabEntry[]): void {
  let found = false;
  for (const entry of entries) {
    if (entry.type !== 'config') continue;
    found = true;
    node.configs = [...node.configs, configOf(entry)];
  }
  if (found) refreshConfig(node);
}

function configOf({ pos, epoch, counter, payload }: ZabEntry): ConfigAt {
  return { pos, version: { epoch, counter }, config: payload as unknown as ClusterConfig };
}

/** The list that a life begins with. */
export function configsIn(base: ConfigAt, log: readonly ZabEntry[]): ConfigAt[] {
  const later = log.filter(({ type, pos }) => type === 'config' && pos > base.pos);
  return [base, ...later.map(configOf)];
}

/** Everything after `pos` left the log. */
export function noteTruncated(node: ZabNode, pos: number): void {
  if ((node.configs.at(-1)?.pos ?? 0) <= pos) return;
  node.configs = node.configs.filter((one, i) => i === 0 || one.pos <= pos);
  refreshConfig(node);
}

/** A snapshot took the place of the log, or of its beginning up to `pos`. */
export function noteSnapshot(node: ZabNode, base: ConfigAt, pos: number): void {
  node.configs = [base, ...node.configs.filter((one) => one.pos > pos)];
  refreshConfig(node);
}

/** Somebody says that this one is committed; it may be news to a server that was away. */
export function noteHeard(node: ZabNode, said: ConfigAt): boolean {
  if (compareZxids(said.version, committedConfig(node).version) <= 0) return false;
  node.heard = said;
  refreshConfig(node);
  return true;
}

/** A voter holds a configuration that this one does not hold, committed or not. */
export function noteRumour(node: ZabNode, said: ConfigAt): void {
  const known = node.rumoured ?? lastSeenConfig(node);
  if (compareZxids(said.version, known.version) <= 0) return;
  node.rumoured = said;
  refreshMembers(node);
}

/**
 * The commit moved on from `before`: a pending configuration may be in force by that. It is written
 * down: else, after the power went, servers would ask for the quorum of the one before, whose
 * members may have been stopped or wiped since (protocols.md 3.2).
 * @returns whether one came into force.
 */
export function noteCommitted(node: ZabNode, before: number): boolean {
  const last = node.configs.at(-1);
  if (last === undefined || last.pos <= before || last.pos > node.committed) return false;
  const { nodeId, storageId } = node.settings;
  const wasNamed = names(configAt(node, before), nodeId, storageId);
  node.isRemoved = wasNamed && !names(last, nodeId, storageId);
  // The mutant forgets configurations that are no longer in the log.
  if (!hasMutant(node, 'config-not-in-snapshot')) {
    const record = { committedConfig: last as unknown as Json };
    node.effects.persist({ op: 'hard', record });
  }
  refreshConfig(node);
  return true;
}

/** Brings quorums and peers in line with what is in force, and tells the host. */
export function refreshConfig(node: ZabNode): void {
  const committed = committedConfig(node);
  const pending = pendingConfig(node);
  const counted = ({ config }: ConfigAt): NodeId[] =>
    idsOf(hasMutant(node, 'observer-counts') ? membersOf(config) : config.voters);
  node.voters = {
    voters: counted(pending ?? committed),
    votersOld: pending === null ? null : counted(committed),
  };
  if (node.leading !== null) retuneLearners(node, pending ?? committed);
  traceConfig(node, pending ?? committed);
  refreshMembers(node);
}

/** A new voter gets everything from now on, one that was voted out only what is committed. */
function retuneLearners(node: ZabNode, { config }: ConfigAt): void {
  for (const learner of node.leading?.learners.values() ?? []) {
    if (isVoterHere(node, learner.peer)) learner.observes = false;
    else if (idsOf(config.learners).includes(learner.peer)) learner.observes = true;
  }
}

function traceConfig(node: ZabNode, { pos, config }: ConfigAt): void {
  const { voters, votersOld } = node.voters;
  const learners = idsOf(config.learners);
  const told = JSON.stringify([pos, voters, votersOld, learners]);
  if (told === node.toldConfig) return;
  node.toldConfig = told;
  node.effects.trace({ kind: 'config', pos, voters, votersOld, learners });
}

/**
 * Whom this node talks to: everybody in a configuration in force, and, while it leads, those who
 * were removed and are still connected, because they do not know it yet.
 */
export function refreshMembers(node: ZabNode): void {
  const pending = pendingConfig(node);
  const current = new Map<NodeId, Member>();
  for (const member of node.toldMembers) {
    if (node.leading?.learners.has(member.nodeId)) current.set(member.nodeId, member);
  }
  for (const at of [node.rumoured, pending, committedConfig(node)]) {
    if (at === null) continue;
    for (const member of membersOf(at.config)) current.set(member.nodeId, member);
  }
  const members = [...current.values()].sort((a, b) => compareIds(a.nodeId, b.nodeId));
  if (!isSameList(members, node.toldMembers)) {
    node.toldMembers = members;
    node.effects.members(members);
  }
  refreshPeers(node);
}

/** Also those who reached this node and whom it does not know: it may be new, or long away. */
export function refreshPeers(node: ZabNode): void {
  const ids = new Set([...idsOf(node.toldMembers), ...node.links.keys()]);
  ids.delete(node.settings.nodeId);
  node.peers = [...ids].sort(compareIds);
}

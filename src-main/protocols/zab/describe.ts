/** The inspector's view, in the words of ZAB; what changes most comes first. */
import type { Json } from '../../vocabulary/json.ts';
import type { CoreDescription } from '../kernel/core.ts';
import { idsOf } from '../kernel/config.ts';
import { committedConfig, pendingConfig } from './membership.ts';
import { eraOf, roleOf } from './roles.ts';
import type { LeadingState, LearningState, ZabNode } from './state.ts';
import { zxidLabel } from './zxid.ts';

type Field = { readonly name: string; readonly value: Json };

export function describeNode(node: ZabNode): CoreDescription {
  const { log, durability, committed, leader, snapshot } = node;
  const { config } = committedConfig(node);
  return {
    ...roleOf(node),
    era: eraOf(node),
    leader,
    lastPos: log.lastPos,
    durablePos: durability.pos,
    committed,
    applied: committed,
    voters: idsOf(config.voters),
    learners: idsOf(config.learners),
    snapshotPos: snapshot?.lastPos ?? 0,
    own: ownFields(node),
  };
}

function ownFields(node: ZabNode): Field[] {
  const { log, committed, election } = node;
  const pending = pendingConfig(node);
  return [
    { name: 'lastZxid', value: zxidLabel(log.lastZxid) },
    { name: 'lastCommitted', value: zxidLabel(log.zxidAt(committed)) },
    ...(node.leading === null ? [] : leadingFields(node, node.leading)),
    ...(node.learning === null ? [] : learningFields(node.learning)),
    ...(node.state === 'looking' ? electionFields(node) : []),
    { name: 'phase', value: node.phase },
    { name: 'vote', value: voteLabel(node) },
    { name: 'round', value: election.round },
    { name: 'currentEpoch', value: node.currentEpoch },
    { name: 'acceptedEpoch', value: node.acceptedEpoch },
    { name: 'configVersion', value: zxidLabel(committedConfig(node).version) },
    { name: 'pendingConfig', value: pending === null ? null : zxidLabel(pending.version) },
    { name: 'floor', value: zxidLabel(log.floor.zxid) },
    { name: 'sessions', value: node.peers.filter((peer) => node.links.has(peer)) },
    { name: 'stranded', value: node.strandedCount },
  ];
}

function voteLabel(node: ZabNode): string {
  const { leader, epoch, zxid } = node.election.vote;
  return `${leader} with ${epoch}/${zxidLabel(zxid)}`;
}

function leadingFields(node: ZabNode, leading: LeadingState): Field[] {
  const learners = node.peers.flatMap((peer) => leading.learners.get(peer) ?? []);
  return [
    { name: 'outstanding', value: node.log.lastPos - node.committed },
    {
      name: 'learners',
      value: learners.map(({ peer, stage, observes, ackedPos, sentPos, inflight, snap }) => ({
        peer,
        stage,
        observes,
        chunksToSend: snap === null ? 0 : snap.snapshot.chunks - snap.sent,
        acked: ackedPos,
        sent: sentPos,
        inflight: inflight.length,
      })),
    },
    { name: 'waiting', value: leading.waiting.length - leading.waitingHead },
    { name: 'proposedEpoch', value: leading.epoch },
    { name: 'initialHistory', value: leading.initialPos },
  ];
}

function learningFields(learning: LearningState): Field[] {
  return [
    { name: 'quietTicks', value: learning.quietTicks },
    { name: 'stage', value: learning.stage },
    { name: 'leaderEpoch', value: learning.epoch },
  ];
}

function electionFields(node: ZabNode): Field[] {
  const { received, finalizeTicks } = node.election;
  const voters = [node.settings.nodeId, ...node.peers];
  const votes = voters.flatMap((voter) => {
    const vote = received.get(voter);
    return vote === undefined ? [] : [`${voter} for ${vote.leader}`];
  });
  return [
    { name: 'votes', value: votes },
    { name: 'finalizeWait', value: finalizeTicks },
  ];
}

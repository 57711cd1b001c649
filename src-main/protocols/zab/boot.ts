/** The first step of a life: state out of what the disk holds. */
import { assert } from '../../base/assert.ts';
import type { BootInput } from '../kernel/core.ts';
import type { HardRecord } from '../kernel/durable.ts';
import { EffectList } from '../kernel/effects.ts';
import { Durability } from './durability.ts';
import { startRound } from './election.ts';
import { ZabLog, type ZabEntry } from './log.ts';
import { isMember, votersOf } from './membership.ts';
import { commitTo, traceAppend } from './replication.ts';
import { becomeOutsider, traceRole } from './roles.ts';
import { settingsFromBoot } from './settings.ts';
import { hasMutant, type ElectionState, type ZabNode } from './state.ts';
import { ZXID_ZERO } from './zxid.ts';

/**
 * Nothing counts as committed after boot, and nothing is applied: what lies beyond the commits of
 * earlier lives may yet be truncated (protocols.md 3.12-15).
 */
export function bootNode(boot: BootInput): ZabNode {
  const node = initialNode(boot);
  if (isMember(boot.members, boot.nodeId, boot.storageId)) {
    traceRole(node, 'start');
  } else {
    becomeOutsider(node, `storage ${boot.storageId} is not the one of ${boot.nodeId}`);
  }
  traceAppend(node, node.log.first);
  node.effects.trace({ kind: 'durable', upTo: node.log.lastPos });
  healCurrentEpoch(node);
  if (hasMutant(node, 'apply-at-boot')) commitTo(node, node.log.lastPos);
  if (node.state === 'looking') startRound(node);
  return node;
}

function initialNode(boot: BootInput): ZabNode {
  const settings = settingsFromBoot(boot);
  const log = new ZabLog(boot.durable.log as readonly ZabEntry[]);
  const { nodeId } = boot;
  return {
    settings,
    voters: votersOf(boot.members),
    log,
    durability: new Durability({ token: 0, pos: log.lastPos, covers: [] }),
    effects: new EffectList(),
    links: new Map(),
    acceptedEpoch: epochIn(boot.durable.hard, 'acceptedEpoch'),
    currentEpoch: epochIn(boot.durable.hard, 'currentEpoch'),
    state: 'looking',
    phase: 'election',
    leader: null,
    committed: 0,
    election: initialElection(nodeId, settings.notifyTicksMin),
    learning: null,
    leading: null,
    strandedCount: 0,
    toldRole: '',
    stopped: false,
  };
}

function initialElection(nodeId: string, timeoutTicks: number): ElectionState {
  return {
    round: 0,
    vote: { leader: nodeId, zxid: ZXID_ZERO, epoch: 0 },
    received: new Map(),
    outOfElection: new Map(),
    knocks: new Map(),
    quietTicks: 0,
    timeoutTicks,
    finalizeTicks: null,
    tally: '',
  };
}

function epochIn(hard: HardRecord, key: string): number {
  const epoch = hard[key] ?? 0;
  assert(Number.isSafeInteger(epoch), `${key} on disk is ${JSON.stringify(epoch)}`);
  return epoch as number;
}

/**
 * acceptedEpoch >= currentEpoch >= epoch(last zxid), or the node refuses to start. One case is
 * mended: a storage that tore a barrier after the entries and before the currentEpoch beside them
 * left history of a promised epoch without its number, which it entails (see replication.ts).
 */
function healCurrentEpoch(node: ZabNode): void {
  const { acceptedEpoch, currentEpoch, log } = node;
  const { epoch } = log.lastZxid;
  const text = `accepted ${acceptedEpoch}, current ${currentEpoch}, history ends in ${epoch}`;
  assert(acceptedEpoch >= currentEpoch && acceptedEpoch >= epoch, `epochs on disk: ${text}`);
  if (epoch <= currentEpoch) return;
  node.currentEpoch = epoch;
  node.effects.persist({ op: 'hard', record: { currentEpoch: epoch } });
  traceRole(node, `history of epoch ${epoch} found on disk`);
}

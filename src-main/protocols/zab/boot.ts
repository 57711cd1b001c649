/** The first step of a life: state out of what the disk holds. */
import { assert } from '../../base/assert.ts';
import type { BootInput } from '../kernel/core.ts';
import type { HardRecord } from '../kernel/durable.ts';
import { EffectList } from '../kernel/effects.ts';
import { Durability } from './durability.ts';
import { startRound } from './election.ts';
import { firstConfig, isConfigAt, type ConfigAt } from './configs.ts';
import { commitTo } from './delivering.ts';
import { configsIn, refreshConfig } from './membership.ts';
import { traceRole } from './roles.ts';
import { settingsFromBoot } from './settings.ts';
import { beginningOf, clearingOps, type Beginning } from './snapshots.ts';
import { hasMutant, type ElectionState, type ZabNode } from './state.ts';
import { traceAppend } from './storing.ts';
import { compareZxids, ZXID_ZERO } from './zxid.ts';

/**
 * Nothing but what a snapshot holds counts as committed after boot, and nothing else is applied:
 * what lies beyond the commits of earlier lives may yet be truncated (protocols.md 3.12-15).
 */
export function bootNode(boot: BootInput): ZabNode {
  const beginning = beginningOf(boot, firstConfig(boot.members));
  const node = initialNode(boot, beginning);
  const { log, effects } = node;
  traceRole(node, 'start');
  loadBeginning(node, beginning);
  traceAppend(node, log.first);
  effects.trace({ kind: 'durable', upTo: log.lastPos });
  refreshConfig(node);
  healCurrentEpoch(node);
  if (hasMutant(node, 'apply-at-boot')) commitTo(node, log.lastPos);
  startRound(node);
  return node;
}

function loadBeginning({ effects }: ZabNode, { snapshot, isStale }: Beginning): void {
  if (snapshot === null) return;
  effects.loadSnapshot(snapshot.lastPos, snapshot.handle);
  if (isStale) effects.persist(...clearingOps(snapshot.lastPos));
}

function initialNode(boot: BootInput, beginning: Beginning): ZabNode {
  const settings = settingsFromBoot(boot);
  const { log, snapshot, base } = beginning;
  const configs = configsIn(base, log.slice(log.first, log.lastPos));
  return {
    settings,
    voters: { voters: [], votersOld: null },
    peers: [],
    configs,
    heard: writtenConfig(boot.durable.hard, base),
    rumoured: null,
    toldMembers: [],
    toldConfig: '',
    snapshot,
    taking: null,
    installing: null,
    imagesReceived: 0,
    reads: [],
    lastSync: 0,
    isRemoved: false,
    handedOver: null,
    log,
    durability: new Durability({ token: 0, pos: log.lastPos, covers: [] }),
    effects: new EffectList(),
    links: new Map(),
    acceptedEpoch: epochIn(boot.durable.hard, 'acceptedEpoch'),
    currentEpoch: epochIn(boot.durable.hard, 'currentEpoch'),
    state: 'looking',
    phase: 'election',
    leader: null,
    committed: snapshot?.lastPos ?? 0,
    election: initialElection(boot.nodeId, settings.notifyTicksMin),
    learning: null,
    leading: null,
    strandedCount: 0,
    toldRole: '',
    stopped: false,
  };
}

/** The configuration that an earlier life saw committed, if it is newer than what the log begins
 *  with. */
function writtenConfig(hard: HardRecord, base: ConfigAt): ConfigAt | null {
  const written: unknown = hard['committedConfig'] ?? null;
  if (written === null) return null;
  assert(isConfigAt(written), `committedConfig on disk is ${JSON.stringify(written)}`);
  return compareZxids(written.version, base.version) > 0 ? written : null;
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

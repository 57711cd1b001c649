/**
 * Configurations as ZAB numbers them: the version of one is the zxid of the transaction that
 * proposed it (protocols.md 3.10). The list of a node begins with the one its snapshot, or the
 * cluster, began with, and goes on with those of its log.
 */
import type { Member, NodeId, Position, StorageId } from '../../vocabulary/ids.ts';
import { hasMember, initialConfig, isClusterConfig, type ClusterConfig } from '../kernel/config.ts';
import { isCount, isFields } from '../kernel/guards.ts';
import { isZxid, ZXID_ZERO, type Zxid } from './zxid.ts';

export interface ConfigAt {
  /** Where it stands in the log, 0 for the first of all. */
  readonly pos: Position;
  readonly version: Zxid;
  readonly config: ClusterConfig;
}

export function firstConfig(members: readonly Member[]): ConfigAt {
  return { pos: 0, version: ZXID_ZERO, config: initialConfig(members) };
}

/** The one in force after everything up to `pos`; the first of the list is older than any asked. */
export function configAsOf(configs: readonly ConfigAt[], pos: Position): ConfigAt {
  let found = configs[0] as ConfigAt;
  for (const one of configs) if (one.pos <= pos) found = one;
  return found;
}

/** Whether it names this node with the disk it has. */
export function names(at: ConfigAt | null, nodeId: NodeId, storageId: StorageId): boolean {
  return at !== null && hasMember(at.config, nodeId, storageId);
}

export function isConfigAt(value: unknown): value is ConfigAt {
  if (!isFields(value)) return false;
  return isCount(value['pos']) && isZxid(value['version']) && isClusterConfig(value['config']);
}

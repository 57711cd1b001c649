/** What a snapshot says beside the image (protocols.md 1.8): the entry it ends with, and who the
 *  members were then. */
import type { Position } from '../../vocabulary/ids.ts';
import type { Json } from '../../vocabulary/json.ts';
import { isClusterConfig, type ClusterConfig } from '../kernel/config.ts';
import type { SnapshotRef } from '../kernel/durable.ts';
import { isCount, isFields, isPosition } from '../kernel/guards.ts';
import type { LogBase } from './log.ts';
import type { ConfigAt } from './config-at.ts';

/** Of the last entry in it: its term and its service time, and the configuration in force. */
export interface SnapshotMeta {
  readonly term: number;
  readonly time: number;
  readonly config: ClusterConfig;
  readonly configPos: Position;
}

/** Whether a message or a disk holds one, of a snapshot up to `lastPos`. */
export function isSnapshotMeta(value: unknown, lastPos: Position): value is SnapshotMeta {
  if (!isFields(value)) return false;
  const { term, time, config, configPos } = value;
  const inTime = isPosition(term) && isCount(time) && isCount(configPos) && configPos <= lastPos;
  return inTime && isClusterConfig(config);
}

export function metaOf(snapshot: SnapshotRef): SnapshotMeta {
  return snapshot.meta as unknown as SnapshotMeta;
}

export function asJson(meta: SnapshotMeta): Json {
  return meta as unknown as Json;
}

/** What the log stands on. */
export function baseOf(lastPos: Position, { term, time }: SnapshotMeta): LogBase {
  return { pos: lastPos, term, time };
}

export function configOf({ config, configPos: pos }: SnapshotMeta): ConfigAt {
  return { pos, config };
}

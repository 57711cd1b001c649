/** The shape of what membership.ts answers questions about. */
import type { Position } from '../../vocabulary/ids.ts';
import type { ClusterConfig } from '../kernel/config.ts';
import type { VoterSets } from '../quorum/majority.ts';

/** A configuration and the entry it stands in; 0: the one the cluster began with. */
export interface ConfigAt {
  readonly pos: Position;
  readonly config: ClusterConfig;
}

export interface Membership {
  /** Ascending: the last one known committed, then those that are not. Never empty. */
  readonly stack: readonly ConfigAt[];
  /** Its top. */
  readonly active: ConfigAt;
  readonly sets: VoterSets;
}

/**
 * Which configuration governs which slot (protocols.md 2.9): a valid `config` command in slot s
 * governs from slot s + alpha on. Who knows every slot up to p chosen knows the configuration of
 * every slot up to p + alpha, and nobody proposes beyond that.
 */
import { assert, ensure } from '../../base/assert.ts';
import { compareIds, type Member, type NodeId, type Position } from '../../vocabulary/ids.ts';
import { idsOf, isClusterConfig, type ClusterConfig } from '../kernel/config.ts';
import { isCount, isFields } from '../kernel/guards.ts';
import type { Ballot } from './ballot.ts';
import { quorumProblem, quorumSize, type QuorumSizes } from './quorums.ts';

/** Payload of a `config` entry. Valid only while `expectedVersion` is the newest one. */
export interface ConfigCommand extends ClusterConfig, QuorumSizes {
  readonly version: number;
  readonly expectedVersion: number;
}

/** A configuration as a snapshot carries it. `pos`: slot of its command, 0 for the first one. */
export interface StoredConfig extends QuorumSizes {
  readonly pos: Position;
  readonly version: number;
  readonly voters: readonly Member[];
  readonly learners: readonly Member[];
}

/** Configurations that ended, until their members may be stopped (protocols.md 2.9). */
export interface Outgoing {
  /** Slot of the command that ended the last of them. */
  readonly pos: Position;
  /** Of the last of them. */
  readonly voters: readonly NodeId[];
  readonly members: readonly Member[];
}

/** A snapshot's `meta`. */
export interface SnapshotMeta {
  readonly ballot: Ballot;
  readonly time: number;
  readonly configs: readonly StoredConfig[];
  readonly outgoing: Outgoing | null;
  /** Came from a peer: nothing at or below it in the log is known chosen. */
  readonly installed: boolean;
}

export interface Governing extends StoredConfig {
  /** First slot it governs. */
  readonly from: Position;
  readonly ids: readonly NodeId[];
  /** The bits of its voters, see `bit`. */
  readonly mask: number;
  /** Sizes of its quorums. */
  readonly phase1: number;
  readonly phase2: number;
}

export interface SavedConfigs {
  readonly delay: number;
  readonly narrow: boolean;
  readonly list: readonly StoredConfig[];
  readonly bits: readonly (readonly [NodeId, number])[];
}

/** Bits of a JavaScript bitwise operation that can be used without a sign. */
const BITS_MAX = 31;

export class ConfigHistory {
  readonly #delay: number;
  /** Mutant: phase 1 quorums that need not meet those of phase 2 (2.12). */
  readonly #narrow: boolean;
  /** Ascending; the first one governs the slot behind the chosen prefix. Never empty. */
  #list: Governing[] = [];
  #bits: Map<NodeId, number>;

  /** @param saved `delay`: slots between a command and the first slot it governs. */
  constructor(saved: SavedConfigs) {
    this.#delay = saved.delay;
    this.#narrow = saved.narrow;
    this.#bits = new Map(saved.bits);
    assert(saved.list.length > 0, 'no configuration');
    for (const config of saved.list) this.#append(config);
  }

  get list(): readonly Governing[] {
    return this.#list;
  }

  /** Of the first slot that is not known chosen. */
  get current(): Governing {
    return ensure(this.#list[0], 'no configuration');
  }

  get newest(): Governing {
    return ensure(this.#list[this.#list.length - 1], 'no configuration');
  }

  /** `slot` lies above the chosen prefix. */
  at(slot: Position): Governing {
    for (let i = this.#list.length - 1; i > 0; i -= 1) {
      const config = this.#list[i];
      if (config !== undefined && config.from <= slot) return config;
    }
    return this.current;
  }

  /** The first slot that a command in `slot` governs. */
  effectiveFrom(slot: Position): Position {
    return slot + this.#delay;
  }

  /** Takes in a configuration that was chosen; those that ended do not need their bits any more. */
  add(config: StoredConfig): void {
    const needed = new Set([...this.#list.flatMap(({ ids }) => ids), ...idsOf(config.voters)]);
    // Used again only now that no open slot can have them in its mask.
    this.#bits = new Map([...this.#bits].filter(([id]) => needed.has(id)));
    this.#append(config);
  }

  #append(config: StoredConfig): void {
    const ids = idsOf(config.voters);
    this.#giveBits(ids);
    let mask = 0;
    for (const id of ids) mask |= this.bit(id);
    const phase2 = quorumSize(ids.length, config.q2);
    const phase1 = this.#narrow ? ids.length - phase2 : quorumSize(ids.length, config.q1);
    const from = config.pos === 0 ? 1 : config.pos + this.#delay;
    this.#list.push({ ...config, from, ids, mask, phase1, phase2 });
  }

  #giveBits(ids: readonly NodeId[]): void {
    const used = new Set(this.#bits.values());
    for (const id of ids) {
      if (this.#bits.has(id)) continue;
      let bit = 0;
      while (used.has(bit)) bit += 1;
      assert(bit < BITS_MAX, `voter ${id} would be number ${bit} of at most ${BITS_MAX}`);
      this.#bits.set(id, bit);
      used.add(bit);
    }
  }

  /** The bit of a voter in the masks of accepted slots; 0 for a node that does not vote. */
  bit(id: NodeId): number {
    const bit = this.#bits.get(id);
    return bit === undefined ? 0 : 1 << bit;
  }

  /** Everything up to `prefix` is chosen. @returns the configuration that ended by it, if any. */
  advance(prefix: Position): Governing | null {
    let ended: Governing | null = null;
    for (let next = this.#list[1]; next !== undefined && next.from <= prefix + 1;) {
      ended = this.#list.shift() ?? null;
      next = this.#list[1];
    }
    return ended;
  }

  /** For a snapshot: all that governs a slot behind the chosen prefix (protocols.md 2.9). */
  stored(): StoredConfig[] {
    return this.#list.map(({ pos, version, voters, learners, q1, q2 }) => {
      return { pos, version, voters, learners, q1, q2 };
    });
  }

  /** The history with another list, that of a snapshot. */
  replacedBy(list: readonly StoredConfig[]): ConfigHistory {
    return new ConfigHistory({ delay: this.#delay, narrow: this.#narrow, list, bits: [] });
  }

  save(): SavedConfigs {
    const bits = [...this.#bits].sort(([a], [b]) => compareIds(a, b));
    return { delay: this.#delay, narrow: this.#narrow, list: this.stored(), bits };
  }
}

/** `isQuorum` on a mask: asked once per slot and answer, where sets would cost more than all. */
export function isPhase2Mask(config: Governing, mask: number): boolean {
  let count = 0;
  for (let rest = mask & config.mask; rest !== 0; rest &= rest - 1) count += 1;
  return count >= config.phase2;
}

/** Whether those who granted are a phase 1 quorum of this configuration. */
export function isPhase1(config: Governing, votes: ReadonlyMap<NodeId, boolean>): boolean {
  let granted = 0;
  for (const id of config.ids) if (votes.get(id) === true) granted += 1;
  return granted >= config.phase1;
}

/** `won`: a phase 1 quorum of each of them; `lost`: in one of them that cannot be any more. */
export function phase1Result(
  list: readonly Governing[],
  votes: ReadonlyMap<NodeId, boolean>,
): 'won' | 'lost' | 'pending' {
  let isWon = true;
  for (const config of list) {
    let refused = 0;
    for (const id of config.ids) if (votes.get(id) === false) refused += 1;
    if (config.ids.length - refused < config.phase1) return 'lost';
    isWon &&= isPhase1(config, votes);
  }
  return isWon ? 'won' : 'pending';
}

export function isConfigCommand(value: unknown): value is ConfigCommand {
  return (
    isFields(value) &&
    isCount(value['version']) &&
    isCount(value['expectedVersion']) &&
    hasQuorums(value)
  );
}

function hasQuorums(value: unknown): boolean {
  if (!isClusterConfig(value) || !isFields(value)) return false;
  const { q1, q2 } = value as { readonly q1?: unknown; readonly q2?: unknown };
  return isCount(q1) && isCount(q2) && quorumProblem(value.voters.length, { q1, q2 }) === null;
}

export function isOutgoing(value: unknown): value is Outgoing {
  return (
    isFields(value) &&
    isCount(value['pos']) &&
    Array.isArray(value['voters']) &&
    value['voters'].every((id) => typeof id === 'string') &&
    isClusterConfig({ voters: value['members'], votersOld: null, learners: [] })
  );
}

/** Whether `value` can be the list of a snapshot's configurations. */
export function isStoredConfigs(value: unknown): value is StoredConfig[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (config: unknown) =>
        isFields(config) &&
        isCount(config['pos']) &&
        isCount(config['version']) &&
        hasQuorums({ ...config, votersOld: null }),
    )
  );
}

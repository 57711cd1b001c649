/** The invariants of Multi-Paxos (protocols.md 7.3) and what its messages may reveal (0.2). */
import type { Input, Message } from '../../../protocols/kernel/core.ts';
import type { PersistOp } from '../../../protocols/kernel/durable.ts';
import type { Entry } from '../../../protocols/kernel/entry.ts';
import {
  ballotLabel,
  BALLOT_ZERO,
  compareBallots,
  sameBallot,
  type Ballot,
  type PaxosEntry,
} from '../../../protocols/paxos/ballot.ts';
import type { Accept, Accepted, PaxosMessage } from '../../../protocols/paxos/messages.ts';
import type { NodeId, StorageId } from '../../../vocabulary/ids.ts';
import type { TraceEvent } from '../../../vocabulary/trace.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { World } from '../world/world.ts';
import { ConfigHistory } from './config-history.ts';
import { lifeName, type NodeMemory } from './memory.ts';
import type { ProtocolChecks } from './protocol-checks.ts';
import { firstVoters, quorumRules, type QuorumRules } from './quorum-rules.ts';
import { entryText, sameValue, type Report } from './violation.ts';

interface Proposal {
  readonly ballot: Ballot;
  readonly entry: PaxosEntry;
  /** Disks that hold it, or held it. */
  readonly voters: StorageId[];
}

export class PaxosChecks implements ProtocolChecks {
  readonly #report: Report;
  readonly #configs: ConfigHistory;
  readonly #rules: QuorumRules;
  /** By slot: every ballot in which something was proposed or accepted. */
  readonly #proposals: Proposal[][] = [];
  readonly #chosen: (Proposal | undefined)[] = [];
  readonly #promised = new Map<string, Ballot>();
  /** Highest ballot accepted or promised in memory, by life. */
  readonly #highest = new Map<string, Ballot>();
  readonly #preparedBy = new Map<string, string>();

  constructor(world: World, report: Report) {
    // By what is chosen, which is known here before any node takes it for committed.
    this.#configs = new ConfigHistory(firstVoters(world));
    this.#rules = quorumRules(world.spec);
    this.#report = report;
  }

  /** P1: nothing is accepted below a promise, and accepting is promising. */
  asked(memory: NodeMemory, input: Input, ops: readonly PersistOp[]): void {
    const { node } = memory;
    const key = `${node.disk.storageId}/${node.disk.incarnation}`;
    let highest = this.#highest.get(key) ?? promiseIn(memory.hard);
    const accept = input.kind === 'recv' && input.msg.type === 'Accept';
    for (const op of ops) {
      if (op.op === 'put' && accept) {
        for (const entry of op.entries) {
          const { ballot } = entry as PaxosEntry;
          if (compareBallots(ballot, highest) < 0) this.#low(node, entry, ballot, highest);
        }
        const { ballot } = input.msg as Accept;
        if (compareBallots(ballot, highest) > 0) highest = ballot;
      }
      const promise = op.op === 'hard' ? promiseIn(op.record) : BALLOT_ZERO;
      if (compareBallots(promise, highest) > 0) highest = promise;
    }
    this.#highest.set(key, highest);
  }

  #low(node: SimNode, entry: Entry, ballot: Ballot, highest: Ballot): void {
    const text = `${node.id} accepts slot ${entry.pos} in ballot ${ballotLabel(ballot)}`;
    this.#report('P1', node.id, `${text} after ballot ${ballotLabel(highest)}`);
  }

  leads(event: Extract<TraceEvent, { kind: 'role' }>): boolean {
    return event.role === 'leader';
  }

  traced(): void {
    // Roles need no more than X8: ballots have owners.
  }

  /** P4: chosen only with a quorum of durable votes for one ballot. */
  committedFirst(memory: NodeMemory, entry: Entry): void {
    const chosen = this.#chosen[entry.pos];
    const { id } = memory.node;
    if (chosen === undefined) {
      this.#report(
        'P4',
        id,
        `${id} takes ${entryText(entry)} for chosen without a quorum of votes`,
      );
    } else if (!sameValue(chosen.entry, entry)) {
      const text = `${id} takes ${entryText(entry)} for chosen; chosen is`;
      this.#report('P5', id, `${text} ${entryText(chosen.entry)}`);
    }
  }

  sending(node: SimNode, _to: NodeId, message: Message): void {
    const msg = message as PaxosMessage;
    switch (msg.type) {
      case 'Prepare':
        this.#assertOwner(node, msg.type, msg.ballot);
        this.#assertPrepared(node, msg.ballot);
        return this.#assertPromised(node, msg.type, msg.ballot);
      case 'Promise':
        return this.#assertPromised(node, msg.type, msg.ballot);
      case 'Accepted':
        return this.#assertAccepted(node, msg);
      case 'Accept':
        this.#assertOwner(node, msg.type, msg.ballot);
        for (const item of msg.items) this.#propose(node, msg.ballot, item);
        return;
      default:
    }
  }

  /** P8: a ballot belongs to one node, and to one of its lives. */
  #assertOwner(node: SimNode, type: string, ballot: Ballot): void {
    if (ballot.node === node.id) return;
    this.#report('P8', node.id, `${node.id} sends ${type} of ballot ${ballotLabel(ballot)}`);
  }

  #assertPrepared(node: SimNode, ballot: Ballot): void {
    const key = ballotLabel(ballot);
    const name = lifeName(node);
    const first = this.#preparedBy.get(key) ?? name;
    this.#preparedBy.set(key, first);
    if (first === name) return;
    this.#report('P8', node.id, `ballot ${key} is prepared by ${first} and ${name}`);
  }

  #assertPromised(node: SimNode, type: string, ballot: Ballot): void {
    const promised = promiseIn(node.disk.hard);
    if (compareBallots(promised, ballot) >= 0) return;
    const text = `${node.id} sends ${type} of ballot ${ballotLabel(ballot)}`;
    this.#report('X7', node.id, `${text}, promised on disk: ${ballotLabel(promised)}`);
  }

  #assertAccepted(node: SimNode, msg: Accepted): void {
    for (let i = 0; i + 1 < msg.ranges.length; i += 2) {
      const to = msg.ranges[i + 1] ?? 0;
      for (let slot = msg.ranges[i] ?? 0; slot <= to; slot += 1) {
        const held = node.disk.at(slot) as PaxosEntry | undefined;
        if (held !== undefined && compareBallots(held.ballot, msg.ballot) >= 0) continue;
        if (slot <= (node.disk.snapshot?.lastPos ?? 0)) continue;
        const text = `${node.id} sends Accepted of ballot ${ballotLabel(msg.ballot)}`;
        this.#report('X7', node.id, `${text} for slot ${slot}, which is not on its disk`);
        return;
      }
    }
  }

  /** P2 and P3. */
  #propose(node: SimNode, ballot: Ballot, entry: PaxosEntry): void {
    const proposal = this.#proposalOf(node, ballot, entry);
    if (proposal.entry !== entry) return;
    const chosen = this.#chosen[entry.pos];
    if (chosen === undefined || compareBallots(chosen.ballot, ballot) >= 0) return;
    if (sameValue(chosen.entry, entry)) return;
    const text = `${node.id} proposes ${entryText(entry)} in ballot ${ballotLabel(ballot)}`;
    this.#report('P3', node.id, `${text}; chosen is ${entryText(chosen.entry)}`);
  }

  #proposalOf(node: SimNode, ballot: Ballot, entry: PaxosEntry): Proposal {
    const all = (this.#proposals[entry.pos] ??= []);
    const known = all.find((other) => sameBallot(other.ballot, ballot));
    if (known === undefined) {
      const fresh = { ballot, entry, voters: [] };
      all.push(fresh);
      return fresh;
    }
    if (!sameValue(known.entry, entry)) {
      const text = `ballot ${ballotLabel(ballot)} has ${entryText(known.entry)}`;
      this.#report('P2', node.id, `${text} and ${entryText(entry)}`);
    }
    return known;
  }

  synced(node: SimNode, ops: readonly PersistOp[]): void {
    for (const op of ops) {
      if (op.op === 'hard') this.#assertMonotonic(node);
      else if (op.op === 'put') {
        for (const entry of op.entries) this.#vote(node, entry as PaxosEntry);
      }
    }
  }

  #assertMonotonic(node: SimNode): void {
    const { storageId, hard } = node.disk;
    const promised = promiseIn(hard);
    const before = this.#promised.get(storageId) ?? BALLOT_ZERO;
    this.#promised.set(storageId, promised);
    if (compareBallots(promised, before) >= 0) return;
    const text = `${node.id} promised ${ballotLabel(before)}`;
    this.#report('X6', node.id, `${text}, then ${ballotLabel(promised)}`);
  }

  /** P5: votes are counted as they become durable, whether anybody notices or not. */
  #vote(node: SimNode, entry: PaxosEntry): void {
    const { storageId } = node.disk;
    const proposal = this.#proposalOf(node, entry.ballot, entry);
    if (proposal.voters.includes(storageId)) return;
    proposal.voters.push(storageId);
    const chosen = this.#chosen[entry.pos];
    if (chosen === proposal || !this.#isQuorum(entry.pos, proposal.voters)) return;
    if (chosen === undefined) {
      this.#chosen[entry.pos] = proposal;
      if (entry.type === 'config') this.#configs.add(entry);
    } else if (!sameValue(chosen.entry, entry)) {
      const first = `${entryText(chosen.entry)} (ballot ${ballotLabel(chosen.ballot)})`;
      const second = `${entryText(entry)} (ballot ${ballotLabel(entry.ballot)})`;
      this.#report('P5', node.id, `two values are chosen: ${first} and ${second}`);
    }
  }

  /** P4: of the configuration that governs the slot (2.9). */
  #isQuorum(slot: number, disks: readonly StorageId[]): boolean {
    const { voters } = this.#rules.governing(this.#configs, slot);
    let count = 0;
    for (const { storageId } of voters) if (disks.includes(storageId)) count += 1;
    return count >= this.#rules.committing(voters.length);
  }
}

function promiseIn(hard: { readonly [key: string]: unknown }): Ballot {
  return (hard['promised'] ?? BALLOT_ZERO) as Ballot;
}

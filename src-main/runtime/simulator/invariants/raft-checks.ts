/** The invariants of Raft (protocols.md 7.2) and what its messages may reveal (0.2). */
import type { Message } from '../../../protocols/kernel/core.ts';
import type { PersistOp } from '../../../protocols/kernel/durable.ts';
import type { Entry } from '../../../protocols/kernel/entry.ts';
import type { RaftEntry } from '../../../protocols/raft/log.ts';
import type { RaftMessage } from '../../../protocols/raft/messages.ts';
import { idsOf } from '../../../protocols/kernel/config.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { TraceEvent } from '../../../vocabulary/trace.ts';
import type { SimNode } from '../world/sim-node.ts';
import { isOneStep } from './config-history.ts';
import { lifeName, type NodeMemory } from './memory.ts';
import type { Committed, ProtocolChecks } from './protocol-checks.ts';
import { entryText, sameValue, type Report } from './violation.ts';

interface Known {
  readonly entry: RaftEntry;
  readonly prevTerm: number | null;
  readonly node: NodeId;
}

export class RaftChecks implements ProtocolChecks {
  readonly #committed: Committed;
  readonly #report: Report;
  readonly #voteOf = new Map<string, NodeId>();
  readonly #termOf = new Map<string, number>();
  /** By position: one for each term ever seen on a disk there. */
  readonly #known: Known[][] = [];

  constructor(committed: Committed, report: Report) {
    this.#committed = committed;
    this.#report = report;
  }

  asked(): void {
    // What the core asks of its disk is judged by its traces and by what is on the disk.
  }

  leads(event: Extract<TraceEvent, { kind: 'role' }>): boolean {
    return event.role === 'leader';
  }

  traced(memory: NodeMemory, event: TraceEvent): void {
    if (event.kind === 'role' && event.role === 'leader' && memory.role !== 'leader') {
      this.#assertComplete(memory, event.era.number);
    }
    if (event.kind === 'truncate') this.#assertKept(memory, event.from);
    if (event.kind !== 'commit' || memory.role !== 'leader') return;
    const last = memory.log[event.to] as RaftEntry | undefined;
    if (last === undefined || last.term === memory.era.number) return;
    const { id } = memory.node;
    const text = `${id} commits up to ${event.to} of term ${last.term}`;
    this.#report('R5', id, `${text} as leader of term ${memory.era.number}`);
  }

  /** R2 and R6: neither a leader's log nor what is committed is ever cut. */
  #assertKept({ node, committed, role, snapshotPos }: NodeMemory, from: number): void {
    if (Math.max(from, snapshotPos + 1) <= committed) {
      this.#report('R6', node.id, `${node.id} truncates at ${from}, committed ${committed}`);
    }
    if (role !== 'leader') return;
    this.#report('R2', node.id, `${lifeName(node)} leads and truncates at ${from}`);
  }

  /** R4: a new leader holds everything that was committed in earlier terms. */
  #assertComplete(memory: NodeMemory, term: number): void {
    const { entries, eras, max } = this.#committed;
    for (let pos = 1; pos <= max; pos += 1) {
      const entry = entries[pos];
      if (entry === undefined || (eras[pos] ?? 0) >= term) continue;
      const held = memory.log[pos];
      if (held !== undefined && sameValue(held, entry)) continue;
      if (pos <= memory.snapshotPos) continue;
      const { id } = memory.node;
      this.#report('R4', id, `${id} leads term ${term} without ${entryText(entry)}`);
      return;
    }
  }

  /** R6: a follower is never the first to commit. */
  committedFirst(memory: NodeMemory, entry: Entry): void {
    if (entry.type === 'config') this.#assertStep(memory.node, entry.pos);
    if (memory.role === 'leader') return;
    const { id } = memory.node;
    this.#report('R6', id, `${id} commits ${entry.pos} before any leader does`);
  }

  /** R7: a change has one voter more or less, or passes through a joint configuration. */
  #assertStep(node: SimNode, pos: number): void {
    const { configs } = this.#committed;
    const before = configs.at(pos - 1);
    const after = configs.at(pos);
    if (isOneStep(before, after)) return;
    const [old, next] = [before, after].map(({ voters }) => idsOf(voters).join(' '));
    const text = `voters ${old} are followed by ${next} at ${pos} without a joint configuration`;
    this.#report('R7', node.id, text);
  }

  /** X7. What a disk that went on to a later term cut again cannot reach a quorum any more. */
  sending(node: SimNode, to: NodeId, message: Message): void {
    const msg = message as RaftMessage;
    if (msg.type === 'PreVote' || (msg.type === 'PreVoteResp' && msg.granted)) return;
    const { hard } = node.disk;
    const term = (hard['term'] ?? 0) as number;
    if (term < msg.term) {
      this.#early(node, msg, `term ${msg.term}, on disk ${term}`);
    } else if (term === msg.term) {
      if (msg.type === 'RequestVote' && hard['vote'] !== node.id)
        this.#early(node, msg, 'own vote');
      if (msg.type === 'RequestVoteResp' && msg.granted && hard['vote'] !== to) {
        this.#early(node, msg, `vote for ${to}`);
      }
      if (msg.type === 'AppendEntriesResp' && msg.ok && node.disk.lastPos < msg.matchPos) {
        this.#early(node, msg, `log up to ${msg.matchPos}, on disk ${node.disk.lastPos}`);
      }
    }
  }

  #early(node: SimNode, msg: Message, what: string): void {
    this.#report('X7', node.id, `${node.id} sends ${msg.type} before it is durable: ${what}`);
  }

  synced(node: SimNode, ops: readonly PersistOp[]): void {
    for (const op of ops) {
      if (op.op === 'hard') this.#assertRecord(node);
      else if (op.op === 'put') for (const entry of op.entries) this.#matchLog(node, entry);
    }
  }

  /** X6 and R1 over the record on disk. */
  #assertRecord(node: SimNode): void {
    const { hard, storageId } = node.disk;
    const term = (hard['term'] ?? 0) as number;
    const vote = (hard['vote'] ?? null) as NodeId | null;
    const before = this.#termOf.get(storageId) ?? 0;
    if (term < before) this.#report('X6', node.id, `${node.id}: term ${before}, then ${term}`);
    this.#termOf.set(storageId, term);
    if (vote === null) return;
    const key = `${storageId}@${term}`;
    const first = this.#voteOf.get(key) ?? vote;
    this.#voteOf.set(key, first);
    if (first === vote) return;
    this.#report('R1', node.id, `${node.id} votes for ${first} and ${vote} in term ${term}`);
  }

  /** R3: (position, term) names one entry and everything before it. */
  #matchLog(node: SimNode, plain: Entry): void {
    const entry = plain as RaftEntry;
    const { pos, term } = entry;
    const before = node.disk.at(pos - 1) as RaftEntry | undefined;
    // Behind a snapshot nothing says which term came before.
    const prevTerm = before?.term ?? (pos === 1 ? 0 : null);
    const all = (this.#known[pos] ??= []);
    const known = all.find((other) => other.entry.term === term);
    if (known === undefined) {
      all.push({ entry, prevTerm, node: node.id });
      return;
    }
    const fits = prevTerm === null || known.prevTerm === null || known.prevTerm === prevTerm;
    if (fits && sameValue(known.entry, entry)) return;
    const text = `${pos} of term ${term} is not the same on ${known.node} and ${node.id}`;
    this.#report('R3', node.id, text);
  }
}

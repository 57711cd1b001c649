/** The invariants of protocols.md 7.1 and 7.2, checked on the fly over one RandomCluster. */
import { expect } from 'vitest';
import type { Effect } from '../../../src-main/protocols/kernel/core.ts';
import type { RaftEntry } from '../../../src-main/protocols/raft/log.ts';
import type { RaftMessage } from '../../../src-main/protocols/raft/messages.ts';
import type { RaftCore } from '../../../src-main/protocols/raft/step.ts';

export interface Disk {
  term: number;
  vote: string | null;
  log: RaftEntry[];
}

interface CheckedNode {
  readonly id: string;
  readonly core: RaftCore | null;
  readonly incarnation: number;
  readonly disk: Disk;
  appliedPos: number;
}

export class RaftChecks {
  readonly committed: RaftEntry[] = [];
  readonly answers = new Map<number, string>();
  leadersSeen = 0;
  truncations = 0;
  /** Term of the leader that committed each entry first. */
  readonly #committedIn: number[] = [];
  readonly #nodes: readonly CheckedNode[];
  readonly #leaderOf = new Map<number, string>();
  readonly #voteOf = new Map<string, string>();
  readonly #diskTerm = new Map<string, number>();

  constructor(nodes: readonly CheckedNode[]) {
    this.#nodes = nodes;
  }

  afterStep(node: CheckedNode, effects: readonly Effect<RaftMessage, RaftEntry>[]): void {
    for (const effect of effects) {
      if (effect.kind === 'apply') this.#checkApply(node, effect.entries, effect.waiting);
      else if (effect.kind === 'reply') this.#answer(effect.reqId, effect.refusal.code);
      else if (effect.kind === 'trace' && effect.event.kind === 'truncate') this.truncations += 1;
      else if (effect.kind === 'trace' && effect.event.kind === 'role') {
        if (effect.event.role === 'leader') this.#checkLeader(node, effect.event.era.number);
      }
    }
  }

  /** R1, X6: over what is on disk. */
  afterBarrier({ id, disk }: CheckedNode): void {
    expect(disk.term).toBeGreaterThanOrEqual(this.#diskTerm.get(id) ?? 0);
    this.#diskTerm.set(id, disk.term);
    if (disk.vote === null) return;
    const key = `${id}@${disk.term}`;
    expect(this.#voteOf.get(key) ?? disk.vote, `second vote of ${key}`).toBe(disk.vote);
    this.#voteOf.set(key, disk.vote);
  }

  /** X7: what a message reveals is on disk when it leaves. */
  atSend({ id, disk }: CheckedNode, to: string, msg: RaftMessage): void {
    if (msg.type === 'PreVote' || (msg.type === 'PreVoteResp' && msg.granted)) return;
    expect(disk.term, `${id} sends ${msg.type}`).toBeGreaterThanOrEqual(msg.term);
    // A disk that went on to a later term in the same sync may have cut what it acknowledges in the
    // older one: votes look at the log in memory, so such an entry cannot reach a quorum.
    if (disk.term !== msg.term) return;
    if (msg.type === 'AppendEntriesResp' && msg.ok) {
      expect(disk.log.length, `${id} acknowledges`).toBeGreaterThanOrEqual(msg.matchPos);
    }
    if (msg.type === 'RequestVote') expect(disk.vote).toBe(id);
    if (msg.type === 'RequestVoteResp' && msg.granted) expect(disk.vote).toBe(to);
  }

  /** X4, X5: an acknowledged request stands where it was answered, a refused one nowhere. */
  atEnd(): void {
    const positionOf = new Map<number, number>();
    for (const entry of this.committed) {
      if (entry.client === null) continue;
      expect(positionOf.has(entry.client.seq), `request ${entry.client.seq} twice`).toBe(false);
      positionOf.set(entry.client.seq, entry.pos);
    }
    for (const [reqId, answer] of this.answers) {
      if (answer.startsWith('at ')) expect(`at ${positionOf.get(reqId)}`).toBe(answer);
      else if (answer !== 'leadership-lost') expect(positionOf.has(reqId), answer).toBe(false);
    }
  }

  /** X1, X2, X3, R6: once committed, a position is on a quorum of disks and never changes. */
  #checkApply(
    node: CheckedNode,
    entries: readonly RaftEntry[],
    waiting: readonly { pos: number; reqId: number }[],
  ): void {
    for (const entry of entries) {
      expect(entry.pos).toBe(node.appliedPos + 1);
      node.appliedPos = entry.pos;
      const known = this.committed[entry.pos - 1];
      if (known === undefined) this.#noteCommit(node, entry);
      else if (known !== entry) expect(entry).toEqual(known);
    }
    for (const { pos, reqId } of waiting) {
      expect(this.committed[pos - 1]?.client?.seq).toBe(reqId);
      this.#answer(reqId, `at ${pos}`);
    }
  }

  #noteCommit(node: CheckedNode, entry: RaftEntry): void {
    expect(node.core!.describe().role, 'a follower commits first').toBe('leader');
    this.committed.push(entry);
    this.#committedIn.push(node.core!.describe().era.number);
    const holders = this.#nodes.filter(({ disk }) => disk.log[entry.pos - 1]?.term === entry.term);
    expect(holders.length * 2, `${entry.pos} on few disks`).toBeGreaterThan(this.#nodes.length);
  }

  /** X8, R4: one leader per term, who holds everything committed. */
  #checkLeader(node: CheckedNode, term: number): void {
    const name = `${node.id}.${node.incarnation}`;
    if (this.#leaderOf.get(term) === name) return;
    expect(this.#leaderOf.get(term), `two leaders of term ${term}`).toBeUndefined();
    this.#leaderOf.set(term, name);
    this.leadersSeen += 1;
    const { entries } = node.core!.save() as unknown as { entries: RaftEntry[] };
    for (const [i, entry] of this.committed.entries()) {
      if (this.#committedIn[i]! < term) expect(entries[i]?.term).toBe(entry.term);
    }
  }

  #answer(reqId: number, answer: string): void {
    expect(this.answers.get(reqId), `second answer to ${reqId}: ${answer}`).toBeUndefined();
    this.answers.set(reqId, answer);
  }
}

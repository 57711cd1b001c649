/**
 * The network between the nodes of a TestCluster: one queue per directed link, one connection with
 * an epoch per pair of nodes. Two kinds (protocols.md 0.6):
 *
 * - datagrams (Raft, Paxos): messages may be lost, doubled, overtaken and delivered after their
 *   connection ended; `link-up` and `link-down` are hints;
 * - sessions (ZAB): first in, first out, nothing lost in the middle; losing a message ends the
 *   session, and with it everything undelivered in both directions.
 */
import type { Message } from '../../../src-main/protocols/kernel/core.ts';
import { compareIds, type NodeId } from '../../../src-main/vocabulary/ids.ts';

export interface InFlight {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly linkEpoch: number;
  readonly msg: Message;
}

/** Which messages a command means; a field that is absent matches all. */
export interface MessageFilter {
  readonly from?: NodeId;
  readonly to?: NodeId;
  readonly type?: string;
  /** Both ends must be among these. */
  readonly among?: readonly NodeId[];
  /** Also on links that are held; otherwise only what can be delivered now. */
  readonly held?: true;
}

interface Connection {
  readonly a: NodeId;
  readonly b: NodeId;
  epoch: number;
  open: boolean;
  /** Closed by a command: stays so until a command opens it. */
  held: boolean;
}

interface Link {
  readonly from: NodeId;
  readonly to: NodeId;
  queue: InFlight[];
  /** One-way cut: what is sent is lost. */
  cut: boolean;
  /** Nothing is delivered for now: it waits, in order. */
  held: boolean;
}

export class TestNetwork {
  readonly overSessions: boolean;
  /** By sender, then by addressee. */
  readonly #links: Link[] = [];
  readonly #linkByName = new Map<string, Link>();
  readonly #connections: Connection[] = [];

  constructor(ids: readonly NodeId[], overSessions: boolean) {
    this.overSessions = overSessions;
    const sorted = [...ids].sort(compareIds);
    for (const from of sorted) {
      for (const to of sorted) if (from !== to) this.#addLink(from, to);
    }
  }

  #addLink(from: NodeId, to: NodeId): void {
    const link: Link = { from, to, queue: [], cut: false, held: false };
    this.#links.push(link);
    this.#linkByName.set(`${from}>${to}`, link);
    if (compareIds(from, to) < 0) {
      this.#connections.push({ a: from, b: to, epoch: 0, open: false, held: false });
    }
  }

  connection(a: NodeId, b: NodeId): Connection {
    const found = this.#connections.find(
      (each) => (each.a === a && each.b === b) || (each.a === b && each.b === a),
    );
    if (found === undefined) throw new Error(`no link between ${a} and ${b}`);
    return found;
  }

  connectionsOf(id: NodeId): readonly Connection[] {
    return this.#connections.filter((each) => each.a === id || each.b === id);
  }

  link(from: NodeId, to: NodeId): Link {
    const link = this.#linkByName.get(`${from}>${to}`);
    if (link === undefined) throw new Error(`no link from ${from} to ${to}`);
    return link;
  }

  /** Puts a message on its way; returns why it was lost, or null. */
  send(from: NodeId, to: NodeId, msg: Message): string | null {
    const link = this.#linkByName.get(`${from}>${to}`);
    if (link === undefined) return 'no such node';
    const connection = this.connection(from, to);
    if (connection.held || (this.overSessions && !connection.open)) return 'link down';
    if (link.cut) return 'cut';
    link.queue.push({ from, to, linkEpoch: connection.epoch, msg });
    return null;
  }

  /** Opens a connection under its next epoch. @returns false when it is open already. */
  open(connection: Connection): boolean {
    if (connection.open) return false;
    connection.open = true;
    connection.epoch += 1;
    return true;
  }

  /** @returns false when it is closed already. */
  close(connection: Connection): boolean {
    if (!connection.open) return false;
    connection.open = false;
    if (this.overSessions) this.clear(connection);
    return true;
  }

  /** Loses what is on its way in both directions. */
  clear(connection: Connection): void {
    this.link(connection.a, connection.b).queue = [];
    this.link(connection.b, connection.a).queue = [];
  }

  /**
   * Messages on their way, by sender, then addressee, then age, at most `count`. Over sessions
   * nothing overtakes: a message that does not match ends the search on its link.
   */
  find(filter: MessageFilter = {}, count = Number.POSITIVE_INFINITY): InFlight[] {
    const found: InFlight[] = [];
    for (const link of this.#links) {
      if (!linkMatches(link, filter)) continue;
      for (const message of link.queue) {
        if (found.length >= count) return found;
        if (filter.type === undefined || message.msg.type === filter.type) found.push(message);
        else if (this.overSessions) break;
      }
    }
    return found;
  }

  /** Removes one message; false when it is no longer on its way. */
  take(message: InFlight): boolean {
    const { queue } = this.link(message.from, message.to);
    const at = queue.indexOf(message);
    if (at >= 0) queue.splice(at, 1);
    return at >= 0;
  }

  /** Puts a second copy of a message behind the last one of its link. */
  duplicate(message: InFlight): void {
    this.#refuseOverSessions('duplicate');
    this.link(message.from, message.to).queue.push({ ...message });
  }

  /** Puts the last message of a link first. */
  reorder(from: NodeId, to: NodeId): void {
    this.#refuseOverSessions('reorder');
    const { queue } = this.link(from, to);
    const last = queue.pop();
    if (last !== undefined) queue.unshift(last);
  }

  #refuseOverSessions(what: string): void {
    if (this.overSessions) throw new Error(`${what}: a session neither doubles nor reorders`);
  }
}

function linkMatches(link: Link, filter: MessageFilter): boolean {
  if (filter.from !== undefined && filter.from !== link.from) return false;
  if (filter.to !== undefined && filter.to !== link.to) return false;
  if (link.held && filter.held !== true) return false;
  const { among } = filter;
  return among === undefined || (among.includes(link.from) && among.includes(link.to));
}

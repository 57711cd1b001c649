/** What is one word in a script and takes many actions: letting time pass, placing leaders. */
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { PacketFilter } from '../world/network.ts';
import type { World } from '../world/world.ts';

/** More than any sound cluster sends without time passing; beyond it messages multiply. */
const DELIVERIES_MAX = 10_000;
/** In election timeouts. */
const SETTLE_TIMEOUTS = 50;

/** Delivers what is on its way now, not what that causes. @returns how many. */
export function deliverNow(world: World, filter: PacketFilter, count: number): number {
  const batch =
    world.spec.protocol.overSessions && filter.type !== undefined
      ? inOrder(world, filter, count)
      : world.network.find(filter, count);
  for (const packet of batch) world.deliver(packet);
  return batch.length;
}

/** A session has no overtaking: what stands before a message on its link arrives before it. */
function inOrder(world: World, filter: PacketFilter, count: number) {
  const wanted = world.network.find(filter, count);
  return world.network.links.flatMap(({ from, to, queue }) => {
    const last = wanted.findLast((packet) => packet.from === from && packet.to === to);
    return last === undefined ? [] : queue.slice(0, queue.indexOf(last) + 1);
  });
}

/** Delivers until nothing is left, without time passing. @returns false when it does not end. */
export function flush(world: World, filter: PacketFilter): boolean {
  let left = DELIVERIES_MAX;
  while (left > 0) {
    const count = deliverNow(world, filter, left);
    if (count === 0) return true;
    left -= count;
  }
  return false;
}

/** `ticks` of every clock, and after each everything that can be delivered. @returns false when
 *  messages never end. */
export function passTime(world: World, ticks: number, nodes: readonly NodeId[]): boolean {
  const filter = { among: nodes };
  for (let i = 0; i < ticks; i += 1) {
    for (const id of nodes) world.tick(id, 1);
    if (!flush(world, filter)) return false;
  }
  return true;
}

/**
 * Lets `id` lead, using only links among `nodes`; clocks of others stand still, and so do the
 * messages to and from them. @returns whether it leads and, when `ready`, can serve.
 */
export function placeLeader(
  world: World,
  id: NodeId,
  nodes: readonly NodeId[],
  ready: boolean,
): boolean {
  const limit = 6 * world.spec.timing.electionTicksMax;
  flush(world, { among: nodes });
  if (!world.spec.protocol.overSessions) ageOthers(world, id, nodes);
  for (let i = 0; i < limit; i += 1) {
    if (leads(world, id, nodes, ready)) return true;
    // ZAB elects by rounds in which everybody has to take part.
    const together = world.spec.protocol.overSessions || i > limit / 2;
    if (!passTimeAt(world, together ? nodes : [id], nodes)) return false;
  }
  return leads(world, id, nodes, ready);
}

function passTimeAt(world: World, ticking: readonly NodeId[], among: readonly NodeId[]): boolean {
  for (const id of ticking) world.tick(id, 1);
  return flush(world, { among });
}

/** Brings the others to the end of their patience with an old leader, but not beyond. */
function ageOthers(world: World, id: NodeId, nodes: readonly NodeId[]): void {
  for (const other of nodes) {
    const view = world.describe(other);
    if (other === id || view === null || view.role === 'leader') continue;
    const ticks = (world.node(other).life?.core.sleepTicks() ?? 1) - 1;
    for (let i = 0; i < ticks; i += 1) world.tick(other, 1);
  }
}

/** Leads, and nobody it can reach leads as late an era. */
function leads(world: World, id: NodeId, nodes: readonly NodeId[], ready: boolean): boolean {
  const view = world.describe(id);
  if (view === null || view.role !== 'leader' || (ready && !view.ready)) return false;
  return nodes.every((other) => {
    const theirs = world.describe(other);
    return other === id || theirs?.role !== 'leader' || theirs.era.number < view.era.number;
  });
}

/** Everything that was broken is whole again; nodes that are down stay down. */
export function healAll(world: World): void {
  for (const { from, to, cut, heldTypes } of world.network.links) {
    if (heldTypes.size > 0) world.release(from, to, 'all');
    if (cut) world.mend(from, to);
  }
  for (const id of world.ids) {
    const { paused, frozen, disk } = world.node(id);
    if (frozen) world.thaw(id);
    if (disk.mode !== 'instant') world.setDisk(id, 'instant');
    if (paused) world.resume(id);
  }
}

/** Heals, then lets time pass until one leader serves and all have applied the same. @returns the
 *  ticks it took, null when it did not come to rest. */
export function settle(world: World): number | null {
  healAll(world);
  const limit = SETTLE_TIMEOUTS * world.spec.timing.electionTicksMax;
  for (let ticks = 0; ticks <= limit; ticks += 1) {
    if (isAtRest(world)) return ticks;
    if (!passTime(world, 1, world.ids)) return null;
  }
  return null;
}

function isAtRest(world: World): boolean {
  const [leader, other] = world.readyLeaders();
  if (leader === undefined || other !== undefined) return false;
  const view = world.describe(leader);
  if (view === null) return false;
  // Who was removed, or came back with another disk, is not waited for.
  const members = [...view.voters, ...view.learners].filter((id) => world.knows(leader, id));
  return members.every((id) => {
    const { life } = world.node(id);
    return life === null || life.driver.applied === view.lastPos;
  });
}

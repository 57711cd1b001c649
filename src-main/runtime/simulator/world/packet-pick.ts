/** How an action names one packet, so that another run of nearly the same schedule finds it. */
import { digestHex, digestOf } from '../../../protocols/kernel/digest.ts';
import type { PacketPick } from './actions.ts';
import type { Packet, SimNetwork } from './network.ts';

/** Its place among those of its type on its link, and what is in it. */
export function pickOf(network: SimNetwork, packet: Packet): PacketPick {
  const { from, to, type } = packet;
  const same = network.link(from, to).queue.filter((other) => other.type === type);
  return { from, to, type, nth: same.indexOf(packet) + 1, key: packetKey(packet) };
}

/** The very packet when it is there, else the one at its place among those of its type. */
export function findPick(network: SimNetwork, pick: PacketPick): Packet | null {
  const { queue } = network.link(pick.from, pick.to);
  const same = queue.filter((packet) => packet.type === pick.type);
  if (pick.key !== undefined) {
    const exact = same.find((packet) => packetKey(packet) === pick.key);
    if (exact !== undefined) return exact;
  }
  return same[Math.min(pick.nth, same.length) - 1] ?? null;
}

function packetKey(packet: Packet): string {
  return digestHex(digestOf(packet.msg ?? packet.frame));
}

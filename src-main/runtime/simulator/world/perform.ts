/** Carries out actions given as data. */
import type { Action, PacketPick } from './actions.ts';
import { findPick } from './packet-pick.ts';
import type { World } from './world.ts';

/** @returns false when the action found nothing to do: no such packet, node or client. */
export function perform(world: World, action: Action): boolean {
  switch (action.do) {
    case 'deliver':
    case 'drop':
    case 'duplicate':
      return performOnPacket(world, action.do, action.pick);
    case 'cut':
    case 'mend':
    case 'hold':
    case 'release':
    case 'inject':
      return performOnLink(world, action);
    case 'client':
      if (!isUp(world, action.node)) return false;
      world.ask(action.client, action.node, action.asks);
      return true;
    case 'read':
      if (!isUp(world, action.node)) return false;
      world.read(action.client, action.node, action.asks);
      return true;
    case 'admin':
      if (!isUp(world, action.node)) return false;
      world.admin(action.node, action.op);
      return true;
    default:
      return performOnNode(world, action);
  }
}

function isUp(world: World, id: string): boolean {
  return world.hasNode(id) && world.node(id).life !== null;
}

type PacketVerb = 'deliver' | 'drop' | 'duplicate';

function performOnPacket(world: World, verb: PacketVerb, pick: PacketPick): boolean {
  if (!world.hasNode(pick.from) || !world.hasNode(pick.to)) return false;
  const packet = findPick(world.network, pick);
  if (packet === null) return false;
  if (verb === 'deliver') world.deliver(packet);
  else if (verb === 'drop') world.drop(packet);
  else world.duplicate(packet);
  return true;
}

type LinkAction = Extract<Action, { do: 'cut' | 'mend' | 'hold' | 'release' | 'inject' }>;

function performOnLink(world: World, action: LinkAction): boolean {
  const { from, to } = action;
  if (!world.hasNode(from) || !world.hasNode(to)) return false;
  switch (action.do) {
    case 'cut':
      world.cut(from, to);
      return true;
    case 'mend':
      world.mend(from, to);
      return true;
    case 'hold':
      world.hold(from, to, action.type);
      return true;
    case 'release':
      world.release(from, to, action.type);
      return true;
    case 'inject':
      world.inject(from, to, action.msg);
      return true;
  }
}

type NodeAction = Exclude<
  Action,
  LinkAction | { do: 'client' | 'read' | 'admin' } | { do: 'deliver' | 'drop' | 'duplicate' }
>;

function performOnNode(world: World, action: NodeAction): boolean {
  const { node: id } = action;
  if (!world.hasNode(id)) return false;
  const isLive = isUp(world, id);
  switch (action.do) {
    case 'tick':
      if (isLive) world.tick(id, action.elapsed);
      return isLive;
    case 'boot':
      if (!isLive) world.boot(id, action.disk);
      return !isLive;
    case 'power-cut':
      if (isLive) world.powerCut(id, action.keepHard, action.keepLog);
      return isLive;
    case 'crash-at':
      world.crashAt(id, action.point, action.nth);
      return true;
    case 'disk':
      world.setDisk(id, action.mode);
      return true;
    case 'complete':
      world.complete(id, action.count);
      return true;
    case 'kill':
    case 'stop':
    case 'pause':
    case 'resume':
    case 'freeze':
    case 'thaw':
      if (isLive) world[action.do](id);
      return isLive;
  }
}

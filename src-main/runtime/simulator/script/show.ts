/** `show`: what a script wants to see. */
import { digestHex } from '../../../protocols/kernel/digest.ts';
import { majoritySize } from '../../../protocols/quorum/majority.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { ConfigEvent } from '../invariants/memory.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { Arguments } from './arguments.ts';
import {
  configText,
  formatEntry,
  formatFields,
  formatMessage,
  formatState,
  formatValue,
} from './format.ts';
import type { ScriptSession } from './session.ts';

const WHAT = ['state', 'log', 'messages', 'quorums', 'config', 'applied'] as const;

export function show(session: ScriptSession, args: Arguments): void {
  const what = args.oneOf('view', WHAT);
  if (what === 'messages') return showMessages(session, args);
  const named = args.maybeNodes();
  const nodes = named ?? session.world.ids;
  switch (what) {
    case 'state':
      for (const id of nodes) showState(session, id, named !== null);
      return;
    case 'log':
      for (const id of nodes) showLog(session, session.world.node(id));
      return;
    case 'quorums':
      return showQuorums(session);
    case 'config':
      for (const id of nodes) showConfig(session, session.world.node(id));
      return;
    case 'applied':
      for (const id of nodes) showApplied(session, session.world.node(id));
  }
}

function showState(session: ScriptSession, id: NodeId, withOwn: boolean): void {
  const { printer, world } = session;
  const view = world.describe(id);
  if (view === null) {
    const { haltedBy } = world.node(id);
    printer.print(`  ${id} down${haltedBy === null ? '' : `: ${haltedBy}`}`);
    return;
  }
  printer.print(`  ${id} ${formatState(view)}`);
  if (!withOwn) return;
  for (const { name: field, value } of view.own)
    printer.print(`    ${field}=${formatValue(value)}`);
}

/** What the core believes; what a power cut now would take back is marked. */
function showLog(session: ScriptSession, node: SimNode): void {
  const memory = session.checker.memory(node);
  session.printer.print(`  ${[node.id, ...formatFields(memory.hard)].join(' ')}`);
  if (memory.snapshotPos > 0) {
    const isSynced = node.disk.snapshot?.lastPos === memory.snapshotPos;
    session.printer.print(`    snapshot <=${memory.snapshotPos}${isSynced ? '' : ' (unsynced)'}`);
  }
  for (const entry of memory.log) {
    if (entry === undefined) continue;
    const mark = node.disk.at(entry.pos) === entry ? '' : ' (unsynced)';
    session.printer.print(`    ${formatEntry(entry)}${mark}`);
  }
}

function showMessages(session: ScriptSession, args: Arguments): void {
  const packets = session.world.network.find({ ...args.filter(), held: true });
  if (packets.length === 0) session.printer.print('  no message');
  for (const { from, to, type, msg } of packets) {
    const { heldTypes } = session.world.network.link(from, to);
    const isHeld = heldTypes.has('all') || heldTypes.has(type);
    const text = msg === null ? type : formatMessage(msg);
    session.printer.print(`  ${from} -> ${to} ${text}${isHeld ? ' (held)' : ''}`);
  }
}

/** Who makes a quorum in the configuration in force, who of them is up, and on whose disks the last
 *  commit stands. */
function showQuorums(session: ScriptSession): void {
  const { world, checker, printer } = session;
  const { max, entries } = checker.common;
  const { voters, votersOld } = configInForce(session);
  for (const half of votersOld === null ? [voters] : [voters, votersOld]) {
    const up = half.filter((id) => world.node(id).life !== null);
    const text = `voters ${half.join(' ')}, quorum ${majoritySize(half.length)}`;
    printer.print(`  ${text}, up ${up.join(' ') || '-'}`);
  }
  const last = entries[max];
  if (last === undefined) return;
  const holders = world.ids.filter((id) => {
    const { disk } = world.node(id);
    return disk.at(max)?.payload === last.payload || (disk.snapshot?.lastPos ?? 0) >= max;
  });
  printer.print(`  committed ${max}, on the disks of ${holders.join(' ')}`);
}

/** Whoever leads goes by it; without a leader, who goes by the latest one. */
export function configInForce({ world, checker }: ScriptSession): ConfigEvent {
  const leader = world.leader();
  if (leader !== null) return checker.config(world.node(leader));
  const all = world.ids.map((id) => checker.config(world.node(id)));
  return all.reduce((latest, config) => (config.pos > latest.pos ? config : latest));
}

function showConfig(session: ScriptSession, node: SimNode): void {
  const config = session.checker.config(node);
  const text = node.life === null ? 'down' : `${configText(config)} at ${config.pos}`;
  session.printer.print(`  ${node.id} ${text}`);
}

function showApplied(session: ScriptSession, node: SimNode): void {
  const { life } = node;
  const text =
    life === null ? 'down' : `${life.driver.applied} ${digestHex(life.machine.digest())}`;
  session.printer.print(`  ${node.id} ${text}`);
}

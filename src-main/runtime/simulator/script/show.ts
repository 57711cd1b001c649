/** `show`: what a script wants to see. */
import { digestHex } from '../../../protocols/kernel/digest.ts';
import { majoritySize } from '../../../protocols/quorum/majority.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { Arguments } from './arguments.ts';
import { formatEntry, formatFields, formatMessage, formatState, formatValue } from './format.ts';
import type { ScriptSession } from './session.ts';

const WHAT = ['state', 'log', 'messages', 'quorums', 'applied'] as const;

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

/** Who makes a quorum, who of them is up, and on whose disks the last commit stands. */
function showQuorums(session: ScriptSession): void {
  const { world, checker, printer } = session;
  const { max, entries } = checker.common;
  const up = world.ids.filter((id) => world.node(id).life !== null && world.isMember(id));
  const needed = majoritySize(world.ids.length);
  printer.print(`  voters ${world.ids.join(' ')}, quorum ${needed}, up ${up.join(' ') || '-'}`);
  const last = entries[max];
  if (last === undefined) return;
  const holders = world.ids.filter((id) => world.node(id).disk.at(max)?.payload === last.payload);
  printer.print(`  committed ${max}, on the disks of ${holders.join(' ')}`);
}

function showApplied(session: ScriptSession, node: SimNode): void {
  const { life } = node;
  const text =
    life === null ? 'down' : `${life.driver.applied} ${digestHex(life.machine.digest())}`;
  session.printer.print(`  ${node.id} ${text}`);
}

/** Verbs of links: what waits, and what is lost. */
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { Arguments } from './arguments.ts';
import { healAll } from './cluster-control.ts';
import type { Verb } from './verb.ts';

/** Directed links between a node (or `all`) and another. */
function links(args: Arguments): [NodeId, NodeId][] {
  const from = args.nodes('sender');
  const to = args.nodes('addressee');
  const found = from.flatMap((a) => to.filter((b) => b !== a).map((b): [NodeId, NodeId] => [a, b]));
  if (found.length === 0) args.fail('no link has the same node at both ends');
  return found;
}

export const hold: Verb = {
  usage: 'hold <senders|all> <addressees|all> [type=<type>]',
  what:
    'Messages of these links, of that type only if one is given, wait; nobody is told. In a ' +
    'session what is sent after a held message waits behind it.',
  example: 'hold n1 n2 type=AppendEntries',
  run: (session, args) => {
    const type = args.pair('type') ?? 'all';
    for (const [from, to] of links(args)) session.world.hold(from, to, type);
  },
};

export const release: Verb = {
  usage: 'release <senders|all> <addressees|all> [type=<type>]',
  what: 'They can be delivered again.',
  example: 'release n1 n2',
  run: (session, args) => {
    const type = args.pair('type') ?? 'all';
    for (const [from, to] of links(args)) session.world.release(from, to, type);
  },
};

export const cut: Verb = {
  usage: 'cut <senders|all> <addressees|all> [both]',
  what:
    'From now on these directions (with `both` also the way back) lose everything that is sent. ' +
    'What is on its way stays there.',
  example: 'cut n1 n2,n3 both',
  run: (session, args) => {
    const found = links(args);
    const both = args.maybeWord();
    if (both !== null && both !== 'both') args.fail(`"${both}"; expected both or nothing`);
    for (const [from, to] of found) {
      session.world.cut(from, to);
      if (both !== null) session.world.cut(to, from);
    }
  },
};

export const partition: Verb = {
  usage: 'partition <nodes> <nodes> ...',
  what:
    'Cuts every link between these groups, both ways, and mends those inside; who stands in ' +
    'none is alone.',
  example: 'partition n1,n2 n3,n4,n5',
  run: (session, args) => {
    const { world } = session;
    const groups: (readonly NodeId[])[] = [args.nodes('group')];
    for (let more = args.maybeNodes(); more !== null; more = args.maybeNodes()) groups.push(more);
    const groupOf = (id: NodeId) => groups.findIndex((group) => group.includes(id));
    for (const { from, to, cut: isCut } of world.network.links) {
      const together = groupOf(from) >= 0 && groupOf(from) === groupOf(to);
      if (!together && !isCut) world.cut(from, to);
      if (together && isCut) world.mend(from, to);
    }
  },
};

export const heal: Verb = {
  usage: 'heal [<node> <node>]',
  what: 'Mends the links of two nodes, or everything: links, disks, pauses and frozen clocks.',
  example: 'heal n1 n2',
  run: (session, args) => {
    const first = args.maybeNodes();
    if (first === null) {
      healAll(session.world);
      return;
    }
    for (const a of first) {
      for (const b of args.nodes()) {
        if (a === b) continue;
        session.world.mend(a, b);
        session.world.mend(b, a);
      }
    }
  },
};

export const mend: Verb = {
  usage: 'mend <senders|all> <addressees|all>',
  what: 'Undoes `cut` of these directions only.',
  example: 'mend n1 n2',
  run: (session, args) => {
    for (const [from, to] of links(args)) session.world.mend(from, to);
  },
};

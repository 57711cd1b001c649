/** Verbs of the operator: who is in the cluster, who leads it, snapshots. */
import type { AdminOp } from '../../../protocols/kernel/core.ts';
import type { Member, NodeId } from '../../../vocabulary/ids.ts';
import type { Arguments } from './arguments.ts';
import type { ScriptSession } from './session.ts';
import type { Verb } from './verb.ts';

const AT = '[at=<node>]';

export const add: Verb = {
  usage: `add <node> [voter|learner] ${AT}`,
  what:
    'Asks `at` (else the node that leads) for a configuration with one more node, as a voter ' +
    'unless said otherwise, with the disk that this node has now. It should be up: `boot` a ' +
    'spare first. All answers to the operator are those of a client of that name: `expect reply ' +
    'operator add ok`, or by number, `expect reply operator 1 ok`.',
  example: 'add n4 learner at=n1',
  run: (session, args) => {
    const [member] = members(session, [args.node()]);
    const as = args.maybeWord() ?? 'voter';
    if (as !== 'voter' && as !== 'learner') return args.fail(`"${as}"; expected voter or learner`);
    if (member !== undefined) command(session, args, { op: 'add', member, as });
  },
};

export const promote: Verb = {
  usage: `promote <node> ${AT}`,
  what: 'A learner becomes a voter.',
  example: 'promote n4',
  run: (session, args) => command(session, args, { op: 'promote', nodeId: args.node() }),
};

export const remove: Verb = {
  usage: `remove <node> ${AT}`,
  what: 'A configuration without this node; it may be the leader itself.',
  example: 'remove n2',
  run: (session, args) => command(session, args, { op: 'remove', nodeId: args.node() }),
};

export const reconfigure: Verb = {
  usage: `reconfigure <voters> [learners=<nodes>] ${AT}`,
  what: 'Any other configuration in one operation, each node with the disk it has now.',
  example: 'reconfigure n1,n2,n4 learners=n3',
  run: (session, args) => {
    const voters = members(session, args.nodes('voter'));
    const learners = members(session, args.pairNodes('learners') ?? []);
    command(session, args, { op: 'reconfigure', voters, learners });
  },
};

export const transfer: Verb = {
  usage: `transfer <node> ${AT}`,
  what: 'The leader hands its leadership to another voter.',
  example: 'transfer n2',
  run: (session, args) => command(session, args, { op: 'transfer', to: args.node() }),
};

export const snapshot: Verb = {
  usage: 'snapshot <nodes|all> [retain=<n>]',
  what:
    'These nodes take a snapshot now and drop their log up to it, but for `retain` entries ' +
    '(else as many as the option of the protocol says).',
  example: 'snapshot n1 retain=2',
  run: (session, args) => {
    const nodes = args.nodes();
    takeSnapshots(session, nodes, args.pairNumber('retain'));
  },
};

export const compact: Verb = {
  usage: 'compact <nodes|all>',
  what: 'A snapshot that leaves nothing of the log behind it: `snapshot` with `retain=0`.',
  example: 'compact n1',
  run: (session, args) => takeSnapshots(session, args.nodes(), 0),
};

function takeSnapshots(
  session: ScriptSession,
  nodes: readonly NodeId[],
  retain: number | null,
): void {
  for (const id of nodes) {
    const reqId = session.world.admin(id, { op: 'snapshot', retain });
    if (reqId === null) session.printer.print(`  ${id} is down`);
  }
}

/** Nodes with the disks they have now. */
function members(session: ScriptSession, ids: readonly NodeId[]): Member[] {
  return ids.map((nodeId) => {
    return { nodeId, storageId: session.world.node(nodeId).disk.storageId };
  });
}

function command(session: ScriptSession, args: Arguments, op: AdminOp): void {
  const id = args.pairNode('at') ?? session.world.leader();
  if (id === null) return session.failed(args, 'nobody leads; name a node with at=');
  if (session.world.admin(id, op) === null) session.printer.print(`  ${id} is down`);
}

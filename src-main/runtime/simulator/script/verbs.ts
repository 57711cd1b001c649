/**
 * The script language, one verb a line. Each entry is all there is of a verb: how it is written,
 * what it does, an example for the documentation (docs/SCENARIOS.md), and its code.
 */
import type { Message } from '../../../protocols/kernel/core.ts';
import type { PacketFilter } from '../world/network.ts';
import type { Arguments } from './arguments.ts';
import { close, open, read, submit } from './client-verbs.ts';
import { deliverNow, flush, passTime, placeLeader, settle } from './cluster-control.ts';
import { clusterSpec } from './cluster-line.ts';
import { expectation } from './expectations.ts';
import { cut, heal, hold, mend, partition, release } from './link-verbs.ts';
import { boot, complete, crashAt, disk, nodeVerb, powerCut } from './node-verbs.ts';
import {
  add,
  compact,
  promote,
  reconfigure,
  remove,
  snapshot,
  transfer,
} from './operator-verbs.ts';
import { show } from './show.ts';
import type { Verb } from './verb.ts';

const cluster: Verb = {
  usage:
    'cluster [nodes=3] [spares=0] [seed=1] [election=10] [electionMax=20] [heartbeat=1] ' +
    '[mutants=a,b] [sessions=eager|packets] [option=value]',
  what:
    'Boots n1, n2, ... and connects them; times in ticks. `spares` are nodes behind them in no ' +
    'configuration, down until `boot`. What is not known here is an option of the protocol; ' +
    '`raft.preVote=false` counts for Raft only. `sessions=packets`: the frames that open and ' +
    'close sessions are messages to deliver, too.',
  example: 'cluster nodes=5 spares=1 seed=7 raft.preVote=false',
  run: (session, args) => session.openCluster(clusterSpec(args, session.options)),
};

const lead: Verb = {
  usage: 'lead <node> [via=<nodes>] [ready=no]',
  what:
    'Lets a node lead, using only links among the nodes given (all without `via`). Clocks and ' +
    'messages of the others stand still. It has to be able to serve, but with `ready=no` only to ' +
    'be elected. Fails when the protocol does not allow it: in ZAB, of equal histories the ' +
    'highest id wins.',
  example: 'lead n5 via=n3,n4,n5',
  run: (session, args) => {
    const node = args.node();
    const via = args.pairNodes('via') ?? session.world.ids;
    const nodes = via.includes(node) ? via : [node, ...via];
    const ready = args.pair('ready') ?? 'yes';
    if (ready !== 'yes' && ready !== 'no') args.fail(`ready=${ready}; expected yes or no`);
    const done = placeLeader(session.world, node, nodes, ready === 'yes');
    if (!done) session.failed(args, `${node} does not lead`);
  },
};

const tick: Verb = {
  usage: 'tick <nodes|all> [count] [elapsed=<ticks>]',
  what:
    'So many ticks of one each, or with `elapsed` one input that says so much time has passed. ' +
    'Messages stay on their way.',
  example: 'tick n1 20',
  run: (session, args) => {
    const nodes = args.nodes();
    const count = args.maybeNumber('count') ?? 1;
    const elapsed = args.pairNumber('elapsed') ?? 1;
    if (elapsed < 1) args.fail('elapsed=0; expected at least 1');
    for (let i = 0; i < count; i += 1) for (const id of nodes) session.world.tick(id, elapsed);
  },
};

const run: Verb = {
  usage: 'run <ticks> [among=<nodes>]',
  what: 'Time passes at these nodes, and after each tick everything between them is delivered.',
  example: 'run 50',
  run: (session, args) => {
    const ticks = args.number('ticks');
    const nodes = args.pairNodes('among') ?? session.world.ids;
    if (!passTime(session.world, ticks, nodes)) session.failed(args, 'messages never end');
  },
};

const settleVerb: Verb = {
  usage: 'settle',
  what:
    'Heals every link, disk, pause and frozen clock, then lets time pass until one leader serves ' +
    'and every node that is up has applied the same. Fails when that does not happen.',
  example: 'settle',
  run: (session, args) => {
    if (settle(session.world) === null) session.failed(args, 'the cluster does not come to rest');
  },
};

const FILTER_USAGE =
  '[from=<node>] [to=<node>] [type=<type>] [among=<nodes>] [count=<n>] [nth=<n>]';

/** Packets a line means: the nth of each kind, or the first `count`. */
function chosen(args: Arguments): { filter: PacketFilter; count: number } {
  const count = args.pairNumber('count') ?? Number.POSITIVE_INFINITY;
  return { filter: args.filter(), count };
}

function packetVerb(verb: 'deliver' | 'drop' | 'duplicate', what: string, example: string): Verb {
  return {
    usage: `${verb} ${FILTER_USAGE}`,
    what,
    example,
    run: (session, args) => {
      const { world } = session;
      const nth = args.pairNumber('nth');
      const { filter, count } = chosen(args);
      const held = verb === 'drop' ? { held: true } : {};
      let done: number;
      if (verb === 'deliver' && nth === null) done = deliverNow(world, filter, count);
      else {
        const all = world.network.find({ ...filter, ...held });
        const picked = nth === null ? all.slice(0, count) : all.slice(nth - 1, nth);
        for (const packet of picked) world[verb](packet);
        done = picked.length;
      }
      if (done === 0) session.printer.print('  no message');
    },
  };
}

const deliver = packetVerb(
  'deliver',
  'Delivers what is on its way now, not what that causes, by sender, addressee and age; with ' +
    '`nth` just that one. Over sessions (ZAB) what stands before a message arrives before it.',
  'deliver from=n1 to=n2 type=AppendEntries count=1',
);
const drop = packetVerb(
  'drop',
  'Loses messages, also held ones. Over sessions the next message finds the hole, which ends ' +
    'the session of the two nodes.',
  'drop to=n3',
);
const duplicate = packetVerb(
  'duplicate',
  'Puts a second copy of each behind the last message of its link.',
  'duplicate from=n2 to=n1',
);

const flushVerb: Verb = {
  usage: 'flush [from=<node>] [to=<node>] [type=<type>] [among=<nodes>]',
  what: 'Delivers until nothing of that kind is left. No time passes, held messages stay.',
  example: 'flush among=n1,n2',
  run: (session, args) => {
    if (!flush(session.world, args.filter())) session.failed(args, 'messages never end');
  },
};

const inject: Verb = {
  usage: 'inject <from> <to> <message as JSON>',
  what: 'A message that nobody sent arrives.',
  example: 'inject n2 n1 {"type":"Heartbeat","term":9,"commit":0,"round":1,"sentAt":1}',
  run: (session, args) => {
    const from = args.node('sender');
    const to = args.node('addressee');
    const text = args.line.rest.slice(Math.max(0, args.line.rest.indexOf('{')));
    session.world.inject(from, to, messageIn(text, args));
  },
};

function messageIn(text: string, args: Arguments): Message {
  try {
    const msg: unknown = JSON.parse(text);
    if (typeof msg === 'object' && msg !== null && 'type' in msg) return msg as Message;
  } catch {
    // Said below, as for everything else that is no message.
  }
  return args.fail('no message; expected JSON like {"type":"Heartbeat", ...}');
}

const showVerb: Verb = {
  usage: 'show state|log|messages|quorums|config|applied [<nodes>]',
  what:
    'Prints what a node says of itself, its snapshot and log, what is on its way, who makes a ' +
    'quorum of the configuration in force, or which configuration each node goes by.',
  example: 'show log n1',
  run: show,
};

const expectVerb: Verb = {
  usage:
    'expect leader <node|any|one> | no leader [<nodes>] | era <node> <n> | role <node> <role> | ' +
    'committed|applied|length <nodes> <[>=]n> | entry <nodes> <position> <what> | ' +
    'value <nodes> <key> <value|none> | snapshot <nodes> <[>=]n> | ' +
    'config [<nodes>] voters=<nodes> [learners=<nodes>] [old=<nodes>] | ' +
    'reply <client> <seq|open|read|add ...> ok|refused|none [<value|code>] | ' +
    'up|down <nodes> | messages <n> [filter] | holds [<invariant>] | violates [<invariant>]',
  what:
    'What has to be true now; `qlab script` ends with exit code 1 when something is not. A ' +
    'script without `holds` or `violates` expects all invariants to hold at its end. `snapshot`: ' +
    'the position of the one on disk, 0 for none. `config`: what the nodes go by, else whoever ' +
    'leads; `old` is the other half of one that is under way.',
  example: 'expect reply c1 1 ok',
  run: (session, args) => {
    const found = expectation(session, args);
    if (found !== null) session.failed(args, found);
  },
};

/** Every verb, in the order of the documentation. */
export const VERBS: { readonly [verb: string]: Verb } = {
  cluster,
  lead,
  tick,
  run,
  settle: settleVerb,
  deliver,
  flush: flushVerb,
  hold,
  release,
  drop,
  duplicate,
  cut,
  partition,
  mend,
  heal,
  open,
  submit,
  read,
  close,
  add,
  promote,
  remove,
  reconfigure,
  transfer,
  snapshot,
  compact,
  kill: nodeVerb('kill', 'SIGKILL: all it has written survives, its peers notice at once.'),
  stop: nodeVerb('stop', 'Ends a node cleanly.'),
  'power-cut': powerCut,
  'crash-at': crashAt,
  boot,
  disk,
  complete,
  freeze: nodeVerb('freeze', "A node's own timers stand still; it goes on answering messages."),
  thaw: nodeVerb('thaw', 'They go on where they stood.'),
  pause: nodeVerb('pause', 'The whole node stands still; what arrives waits.'),
  resume: nodeVerb('resume', 'It learns of the lost time first, then of what waited.'),
  inject,
  show: showVerb,
  expect: expectVerb,
};

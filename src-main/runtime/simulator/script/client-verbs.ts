/** Verbs of clients: sessions and operations. */
import type { NodeId } from '../../../vocabulary/ids.ts';
import { READ_LEVELS } from '../../../vocabulary/read-level.ts';
import type { ClientAsk } from '../world/actions.ts';
import { payloadFrom, type ScriptSession } from './session.ts';
import type { Verb } from './verb.ts';

/** Levels of reads that are no log entries. */
const DIRECT_LEVELS = READ_LEVELS.filter((level) => level !== 'log');

export const open: Verb = {
  usage: 'open <client> <node>',
  what: 'A client asks a node for a session; its operations belong to the one it opened last.',
  example: 'open c1 n1',
  run: (session, args) => {
    const client = args.word('client');
    send(session, client, args.node(), [{ kind: 'open' }]);
  },
};

export const close: Verb = {
  usage: 'close <client> <node>',
  what: 'A client gives its session up.',
  example: 'close c1 n1',
  run: (session, args) => {
    const client = args.word('client');
    send(session, client, args.node(), [{ kind: 'close' }]);
  },
};

export const submit: Verb = {
  usage: 'submit <client> <node> <operation> [seq=<n>] [acked=<n>] [count=<n>] [session=<n>]',
  what:
    'A client asks for `put k v`, `get k`, `delete k`, `incr k 2`, `cas k v expectVersion=1` or ' +
    '`list prefix`, under its next number or `seq`. The same `seq` again is a retry. `count` ' +
    'asks for the same so often, with rising numbers, in one input.',
  example: 'submit c1 n1 put x 1 seq=1',
  run: (session, args) => {
    const client = args.word('client');
    const node = args.node();
    const payload = payloadFrom(args);
    const first = args.pairNumber('seq') ?? session.world.client(client).nextSeq;
    const acked = args.pairNumber('acked') ?? 0;
    const count = args.pairNumber('count') ?? 1;
    const named = args.pairNumber('session');
    const other = named === null ? {} : { session: named };
    const asks = Array.from({ length: count }, (_, i): ClientAsk => {
      return { kind: 'command', seq: first + i, acked, payload, ...other };
    });
    send(session, client, node, asks);
  },
};

export const read: Verb = {
  usage: `read <client> <node> <${DIRECT_LEVELS.join('|')}> <operation> [minPos=<n>] [count=<n>]`,
  what:
    'A client reads `get k` or `list prefix` without a log entry, at a level that the protocol ' +
    'has (a read through the log is `submit`); not from a state before `minPos`. Its answer is ' +
    '`expect reply c1 read ...`, that of its first read `read1`.',
  example: 'read c1 n1 local get x minPos=2',
  run: (session, args) => {
    const client = args.word('client');
    const node = args.node();
    const level = args.oneOf('level', DIRECT_LEVELS);
    const payload = payloadFrom(args);
    const minPos = args.pairNumber('minPos') ?? 0;
    const count = args.pairNumber('count') ?? 1;
    if (session.world.node(node).life === null) session.printer.print(`  ${node} is down`);
    const asks = Array.from({ length: count }, () => ({ level, minPos, payload }));
    session.world.read(client, node, asks);
  },
};

function send(
  session: ScriptSession,
  client: string,
  node: NodeId,
  asks: readonly ClientAsk[],
): void {
  if (session.world.node(node).life === null) session.printer.print(`  ${node} is down`);
  session.world.ask(client, node, asks);
}

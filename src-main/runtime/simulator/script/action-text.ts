/** Actions as lines of a script: how a schedule that the swarm found is written down. */
import type { AdminOp } from '../../../protocols/kernel/core.ts';
import { idsOf } from '../../../protocols/kernel/config.ts';
import type { Json } from '../../../vocabulary/json.ts';
import type { Action, ClientAsk, ReadAsk } from '../world/actions.ts';
import type { WorldSpec } from '../world/world-spec.ts';

/** The first line of a script of this cluster. */
export function clusterText(spec: WorldSpec): string {
  const { nodes, spares, seed, timing, options, mutants, eagerSessions, protocol } = spec;
  const words = [
    `cluster nodes=${nodes}${spares === 0 ? '' : ` spares=${spares}`} seed=${seed}`,
    `election=${timing.electionTicksMin}`,
    `electionMax=${timing.electionTicksMax} heartbeat=${timing.heartbeatTicks}`,
    ...(eagerSessions ? [] : ['sessions=packets']),
    ...Object.keys(options).map((name) => `${protocol.name}.${name}=${String(options[name])}`),
    ...(mutants.length === 0 ? [] : [`mutants=${mutants.join(',')}`]),
  ];
  return words.join(' ');
}

export function actionText(action: Action): string {
  switch (action.do) {
    case 'tick':
      return `tick ${action.node}${action.elapsed === 1 ? '' : ` elapsed=${action.elapsed}`}`;
    case 'deliver':
    case 'drop':
    case 'duplicate': {
      const { from, to, type, nth } = action.pick;
      return `${action.do} from=${from} to=${to} type=${type} nth=${nth}`;
    }
    case 'cut':
      return `cut ${action.from} ${action.to}`;
    case 'mend':
      return `mend ${action.from} ${action.to}`;
    case 'hold':
    case 'release':
      return `${action.do} ${action.from} ${action.to} type=${action.type}`;
    case 'client':
      return action.asks.map((ask) => askText(action.client, action.node, ask)).join('\n');
    case 'read':
      return action.asks.map((ask) => readText(action.client, action.node, ask)).join('\n');
    case 'admin':
      return adminText(action.node, action.op);
    case 'crash-at':
      return `crash-at ${action.node} ${action.point ?? 'never'} nth=${action.nth}`;
    case 'power-cut':
      return powerCutText(action);
    case 'boot':
      return `boot ${action.node}${action.disk === 'kept' ? '' : ` disk=${action.disk}`}`;
    case 'disk':
      return `disk ${action.node} ${action.mode}`;
    case 'complete':
      return `complete ${action.node} ${action.count}`;
    case 'inject':
      return `inject ${action.from} ${action.to} ${JSON.stringify(action.msg)}`;
    default:
      return `${action.do} ${action.node}`;
  }
}

function powerCutText(action: Extract<Action, { do: 'power-cut' }>): string {
  const { node, keepHard, keepLog } = action;
  const record = keepHard === 0 ? '' : ` keep-record=${keepHard}`;
  const log = keepLog === 0 ? '' : ` keep-log=${keepLog}`;
  return `power-cut ${node}${record}${log}`;
}

function askText(client: string, node: string, ask: ClientAsk): string {
  if (ask.kind !== 'command') return `${ask.kind} ${client} ${node}`;
  const { seq, acked, session } = ask;
  const other = session === undefined ? '' : ` session=${session}`;
  const head = `submit ${client} ${node} ${payloadText(ask.payload)} seq=${seq}`;
  return `${head}${acked === 0 ? '' : ` acked=${acked}`}${other}`;
}

function readText(client: string, node: string, { level, minPos, payload }: ReadAsk): string {
  const least = minPos === 0 ? '' : ` minPos=${minPos}`;
  return `read ${client} ${node} ${level} ${payloadText(payload)}${least}`;
}

/** A script names nodes; each is meant with the disk it has then. */
function adminText(node: string, op: AdminOp): string {
  switch (op.op) {
    case 'add':
      return `add ${op.member.nodeId} ${op.as} at=${node}`;
    case 'promote':
    case 'remove':
      return `${op.op} ${op.nodeId} at=${node}`;
    case 'reconfigure': {
      const learners = op.learners.length === 0 ? '' : ` learners=${idsOf(op.learners).join(',')}`;
      return `reconfigure ${idsOf(op.voters).join(',')}${learners} at=${node}`;
    }
    case 'transfer':
      return `transfer ${op.to} at=${node}`;
    case 'snapshot':
      return `snapshot ${node}${op.retain === null ? '' : ` retain=${op.retain}`}`;
  }
}

function payloadText(payload: Json): string {
  const { op, key, value, by, expectVersion } = payload as { readonly [name: string]: Json };
  const words = [op, key, value ?? by].filter((word) => word !== undefined).map(String);
  return [
    ...words,
    ...(expectVersion === undefined ? [] : [`expectVersion=${String(expectVersion)}`]),
  ].join(' ');
}

/** The line every script begins with: which cluster. */
import type { ProtocolDefinition } from '../../../protocols/kernel/core.ts';
import { createService } from '../../../services/index.ts';
import type { Json } from '../../../vocabulary/json.ts';
import type { WorldSpec } from '../world/world-spec.ts';
import type { Arguments } from './arguments.ts';
import type { ScriptOptions } from './session.ts';

const NODES_MAX = 9;
const SPARES_MAX = 6;

/** Reads `cluster nodes=3 seed=1 ...`; whatever is not known here is an option of the protocol. */
export function clusterSpec(args: Arguments, options: ScriptOptions): WorldSpec {
  const { protocol } = options;
  const nodes = args.pairNumber('nodes') ?? 3;
  if (nodes < 1 || nodes > NODES_MAX) args.fail(`${nodes} nodes; expected 1 to ${NODES_MAX}`);
  const spares = args.pairNumber('spares') ?? 0;
  if (spares > SPARES_MAX) args.fail(`${spares} spares; expected 0 to ${SPARES_MAX}`);
  const electionTicksMin = args.pairNumber('election') ?? 10;
  const timing = {
    tickMs: 10,
    heartbeatTicks: Math.max(1, args.pairNumber('heartbeat') ?? 1),
    electionTicksMin,
    electionTicksMax: args.pairNumber('electionMax') ?? 2 * electionTicksMin,
  };
  if (electionTicksMin < 2 || timing.electionTicksMax <= electionTicksMin) {
    args.fail('expected an election timeout from 2 ticks on, and electionMax above it');
  }
  const service = args.pair('service') ?? 'kv';
  if (createService(service) === null) args.fail(`no service "${service}"; expected kv`);
  const sessions = args.pair('sessions') ?? 'eager';
  if (sessions !== 'eager' && sessions !== 'packets') {
    args.fail(`sessions "${sessions}"; expected eager or packets`);
  }
  const spec: WorldSpec = {
    protocol,
    nodes,
    seed: args.pairNumber('seed') ?? 1,
    timing,
    mutants: mutantsFrom(args, options),
    service,
    spares,
    eagerSessions: sessions === 'eager',
    options: optionsFrom(args, protocol),
  };
  const ids = Array.from({ length: nodes }, (_, i) => `n${i + 1}`);
  const problem = protocol.clusterProblem?.(ids, spec.options) ?? null;
  return problem === null ? spec : args.fail(problem);
}

function mutantsFrom(args: Arguments, { protocol, mutants }: ScriptOptions): readonly string[] {
  const named = (args.pair('mutants') ?? '').split(',').filter((name) => name !== '');
  const known = protocol.mutants.map((mutant) => mutant.name);
  for (const name of named) {
    if (!known.includes(name)) {
      args.fail(`${protocol.name} has no mutant "${name}"; expected ${known.join(', ')}`);
    }
  }
  return [...new Set([...mutants, ...named])];
}

/** As the protocol's own value is: true or false, a number, or text. null: it is not. */
function optionValue(text: string, known: Json): Json {
  if (typeof known === 'boolean') return text === 'true' ? true : text === 'false' ? false : null;
  if (typeof known === 'string') return text;
  return text === '' || Number.isNaN(Number(text)) ? null : Number(text);
}

function wrongOption(args: Arguments, name: string, text: string, known: Json): never {
  return args.fail(`${name}=${text}; expected a ${typeof known}`);
}

/** Options of other protocols are passed over, so that one script fits all three. */
function optionsFrom(args: Arguments, protocol: ProtocolDefinition): { [name: string]: Json } {
  const options: { [name: string]: Json } = {};
  for (const [name, text] of args.otherPairs()) {
    const [owner, option] = name.includes('.') ? name.split('.', 2) : [protocol.name, name];
    if (owner !== protocol.name) continue;
    const known = protocol.defaultOptions[option ?? ''];
    if (option === undefined || known === undefined) {
      const names = Object.keys(protocol.defaultOptions).join(', ');
      args.fail(`${protocol.name} has no option "${name}"; expected ${names}`);
    }
    options[option] = optionValue(text, known) ?? wrongOption(args, name, text, known);
  }
  return options;
}

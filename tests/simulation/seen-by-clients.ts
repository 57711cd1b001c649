/**
 * What the clients of a simulated cluster asked and got, as the checker of histories takes it: of a
 * script, and of a seed of the swarm. No invariant is looked at.
 */
import { AssertionError } from '../../src-main/base/assert.ts';
import { protocolDefinition } from '../../src-main/protocols/index.ts';
import type { Answer } from '../../src-main/runtime/driver/ports.ts';
import { Checker } from '../../src-main/runtime/simulator/invariants/checker.ts';
import { scheduleOfScript } from '../../src-main/runtime/simulator/script/schedule-of-script.ts';
import { focusOf } from '../../src-main/runtime/simulator/swarm/change-plan.ts';
import { FaultMaker } from '../../src-main/runtime/simulator/swarm/faults.ts';
import { Operator } from '../../src-main/runtime/simulator/swarm/operator.ts';
import { drawPlan, SWARM_DEFAULTS } from '../../src-main/runtime/simulator/swarm/plan.ts';
import { SimClients } from '../../src-main/runtime/simulator/timed/clients.ts';
import { Simulation } from '../../src-main/runtime/simulator/timed/simulation.ts';
import type { WorldObserver } from '../../src-main/runtime/simulator/world/observed.ts';
import { perform } from '../../src-main/runtime/simulator/world/perform.ts';
import type { ClientRequestInfo } from '../../src-main/runtime/simulator/world/sim-node.ts';
import { World } from '../../src-main/runtime/simulator/world/world.ts';
import { operationsOf } from '../../src-main/verification/histories/recorded-operations.ts';
import {
  checkLinearizability,
  DEFAULT_LIMITS,
} from '../../src-main/verification/linearizability/check-history.ts';
import { checkSequential } from '../../src-main/verification/linearizability/check-sequential.ts';
import { modelOf } from '../../src-main/verification/linearizability/models/by-name.ts';
import { fieldsOf } from '../../src-main/verification/linearizability/models/fields.ts';
import type { Operation } from '../../src-main/verification/linearizability/operation.ts';
import type { ProtocolName } from '../../src-main/vocabulary/ids.ts';
import type { Json } from '../../src-main/vocabulary/json.ts';
import type { OperationRecord } from '../../src-main/vocabulary/workload.ts';

const MODEL = modelOf('kv');
const LIMITS = { ...DEFAULT_LIMITS, steps: 2_000_000 };

/** Whether clients were told what no order of their operations explains. */
export function isConvicted(operations: readonly Operation[]): boolean {
  const { verdict, leftOut } = checkLinearizability(MODEL, operations, LIMITS);
  if (verdict === 'invalid') return true;
  return (
    leftOut.operations > 0 &&
    checkSequential(MODEL, operations, 'by-level', LIMITS).verdict === 'invalid'
  );
}

/** Clients of a world in which time is the order of what they ask and hear. */
class ClientWatch implements WorldObserver {
  readonly #operations = new Map<string, Operation>();
  readonly #keyOf = new Map<number, string>();
  #now = 0;

  get operations(): readonly Operation[] {
    return [...this.#operations.values()];
  }

  asked({ reqId, kind, client, session, seq, payload, level }: ClientRequestInfo): void {
    const { key } = fieldsOf(payload as Json);
    if ((kind !== 'command' && kind !== 'read') || typeof key !== 'string') return;
    // The same number in the same session is the same operation, asked once more.
    const name = kind === 'read' ? `read ${reqId}` : `${session}:${seq}`;
    this.#keyOf.set(reqId, name);
    this.#now += 1;
    if (this.#operations.has(name)) return;
    const head = { id: this.#operations.size, process: client, key, call: payload as Json };
    const times = { invoke: this.#now, return: null, origin: `${client} ${name}` };
    const near = level === undefined ? {} : { level };
    this.#operations.set(name, { ...head, ...times, answer: null, ...near });
  }

  answered({ reqId }: ClientRequestInfo, answer: Answer): void {
    const name = this.#keyOf.get(reqId);
    const operation = name === undefined ? undefined : this.#operations.get(name);
    if (name === undefined || operation === undefined || !answer.ok) return;
    if (operation.return !== null) return;
    this.#now += 1;
    const told = { answer: { value: answer.result as Json }, return: this.#now, pos: answer.pos };
    this.#operations.set(name, { ...operation, ...told });
  }
}

/** What the clients of a script saw, with a mutant or without. */
export function historyOfScript(
  text: string,
  protocol: ProtocolName,
  mutants: readonly string[],
): readonly Operation[] {
  const options = { protocol: protocolDefinition(protocol), mutants };
  const { spec, actions } = scheduleOfScript(text, options);
  const world = new World(spec);
  const watch = new ClientWatch();
  world.observe(watch);
  try {
    world.start();
    for (const action of actions) perform(world, action);
  } catch (error) {
    // A node that stops itself ends it; what clients saw until then is a history all the same.
    if (!(error instanceof AssertionError)) throw error;
  }
  return watch.operations;
}

const HEALED_US = 3_000_000;
/** A mutant's messages may multiply without end. */
const EVENTS_MAX = 200_000;

/**
 * What the clients of one seed of the swarm asked and got.
 * @param focusedOn what these mutants need is drawn; none: nothing is steered, and nobody operates
 */
export function historyOfSeed(
  seed: number,
  protocol: ProtocolName,
  mutants: readonly string[],
  focusedOn: readonly string[] = [],
): readonly Operation[] {
  const definition = protocolDefinition(protocol);
  const isFocused = focusedOn.length > 0;
  const focus = isFocused ? { focus: focusOf(definition, focusedOn) } : {};
  const plan = drawPlan(seed, { ...SWARM_DEFAULTS, protocol: definition, mutants, ...focus });
  const simulation = new Simulation(plan.timed);
  const clients = new SimClients(simulation, plan.clients, seed);
  const records: OperationRecord[] = [];
  clients.onOperation = (record) => void records.push(record);
  const checker = new Checker(simulation.world);
  if (isFocused) simulation.world.observe(checker);
  const changes = isFocused ? plan.changes.operator : null;
  const operator = new Operator(simulation, checker, changes, seed);
  const faults = new FaultMaker(simulation, plan, () => isFocused && operator.mayLoseDisk());
  simulation.onOwn((event) => {
    void (clients.handle(event) || faults.handle(event) || operator.handle(event));
  });
  let events = 0;
  const isStorm = () => (events += 1) > EVENTS_MAX;
  try {
    simulation.start();
    clients.start();
    faults.start();
    operator.start();
    simulation.run(plan.safetyUs, isStorm);
    operator.stop();
    faults.healAll();
    simulation.run(plan.safetyUs + HEALED_US, isStorm);
  } catch (error) {
    // A node that stops itself ends the run; what clients saw until then is a history all the same.
    if (!(error instanceof AssertionError)) throw error;
  }
  clients.close();
  return operationsOf(records);
}

/** Watches a core and a state machine from outside, without either knowing. */
import type {
  Core,
  CoreDescription,
  Effect,
  Input,
  Message,
} from '../../../protocols/kernel/core.ts';
import type { PersistOp } from '../../../protocols/kernel/durable.ts';
import type { Entry } from '../../../protocols/kernel/entry.ts';
import type { Service } from '../../../services/service.ts';
import { StateMachine, type ApplyResult } from '../../../services/state-machine.ts';
import type { Json } from '../../../vocabulary/json.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { Answer } from '../../driver/ports.ts';
import type { ArmedCrash } from './armed-crash.ts';
import type { ClientRequestInfo, SimNode } from './sim-node.ts';
import type { Packet } from './network.ts';

/** Everything that happens in a world, in order. Each method is optional. */
export interface WorldObserver {
  booted?(node: SimNode): void;
  /** One step of a core, before its effects are carried out. */
  stepped?(node: SimNode, input: Input, effects: readonly Effect[]): void;
  /** A message leaves its node: what it depends on has to be on disk now. */
  sending?(node: SimNode, to: NodeId, msg: Message): void;
  /** The packet is on its way. */
  sent?(packet: Packet): void;
  lost?(from: NodeId, to: NodeId, msg: Message, why: string): void;
  /** A barrier waits on a held disk. */
  queued?(node: SimNode): void;
  /** These operations are on disk from now on. */
  synced?(node: SimNode, ops: readonly PersistOp[], how: 'barrier' | 'crash'): void;
  /** The node is down; what its disk kept was told before. */
  stopped?(node: SimNode, how: string): void;
  /** It was killed at this point; `stopped` was told before. */
  killedAtPoint?(node: SimNode, armed: ArmedCrash): void;
  /** The disk of this node is gone and replaced. */
  wiped?(node: SimNode): void;
  applied?(node: SimNode, entry: Entry, result: ApplyResult): void;
  asked?(request: ClientRequestInfo): void;
  answered?(request: ClientRequestInfo, answer: Answer): void;
  /** A failed assertion stopped the node. */
  halted?(node: SimNode, why: string): void;
}

export class ObservedCore implements Core {
  readonly #core: Core;
  readonly #stepped: (input: Input, effects: readonly Effect[]) => void;

  constructor(core: Core, stepped: (input: Input, effects: readonly Effect[]) => void) {
    this.#core = core;
    this.#stepped = stepped;
  }

  step(input: Input): Effect[] {
    const effects = this.#core.step(input);
    this.#stepped(input, effects);
    return effects;
  }

  sleepTicks(): number {
    return this.#core.sleepTicks();
  }

  save(): Json {
    return this.#core.save();
  }

  describe(): CoreDescription {
    return this.#core.describe();
  }
}

export class ObservedMachine extends StateMachine {
  readonly #applied: (entry: Entry, result: ApplyResult) => void;

  constructor(service: Service, applied: (entry: Entry, result: ApplyResult) => void) {
    super(service);
    this.#applied = applied;
  }

  override apply(entry: Entry): ApplyResult {
    const result = super.apply(entry);
    this.#applied(entry, result);
    return result;
  }
}

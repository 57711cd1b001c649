/** Carries out the steps of a scenario on a live cluster, and says what came of each. */
import type { Prng } from '../base/prng.ts';
import { linksBetween } from '../faults/index.ts';
import type { FaultSpec, Link } from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { AdminSpec } from '../vocabulary/admin.ts';
import type { ScenarioAdmin, Selector, StepAction } from '../vocabulary/scenario.ts';
import type { LiveCluster } from './live-cluster.ts';
import { commandsOf } from './scenario-commands.ts';
import { resolveGroups, resolveNodes } from './selectors.ts';

/**
 * `waiting`: a word stands for nobody yet, try again. `refused`: it did not happen, on some nodes
 * or on all; `changed` when on some it did.
 */
export type StepResult = { readonly is: 'done' } | NotDone;

type NotDone =
  | { readonly is: 'waiting'; readonly why: string }
  | { readonly is: 'refused'; readonly why: string; readonly changed: boolean };

/** What a command of the operator means now, to be given one after the other. */
export type StepCommands =
  { readonly is: 'commands'; readonly commands: readonly AdminSpec[] } | NotDone;

export type FaultAction = Exclude<StepAction, ScenarioAdmin>;
export type NodeAction = Extract<FaultAction, { node: readonly Selector[] }>;
type LinkAction = Extract<FaultAction, { from: readonly Selector[] }>;

const DONE: StepResult = { is: 'done' };

export class ScenarioSteps {
  readonly #cluster: LiveCluster;
  readonly #prng: Prng;

  constructor(cluster: LiveCluster, prng: Prng) {
    this.#cluster = cluster;
    this.#prng = prng;
  }

  /** Does the step now, if it can be done. */
  perform(action: FaultAction): StepResult {
    switch (action.do) {
      case 'heal':
        return resultOf([this.#try(() => this.#cluster.heal(null, 'scenario'))]);
      case 'partition': {
        const groups = resolveGroups(action.groups, this.#cluster, this.#prng);
        if (groups === null) return this.#waiting();
        const label = `partition ${groups.map((group) => group.join(' ')).join(' | ')}`;
        return resultOf([this.#begin({ kind: 'cut', links: linksBetween(groups) }, label)]);
      }
      case 'cut':
      case 'delay':
      case 'loss':
        return this.#performOnLinks(action);
      default:
        return this.#performOnNodes(action);
    }
  }

  /** The nodes that the words of a command stand for now. */
  commandsOf(action: ScenarioAdmin): StepCommands {
    const commands = commandsOf(action, this.#cluster, this.#prng);
    if (commands === null) return this.#waiting();
    if (commands.length > 0) return { is: 'commands', commands };
    return { is: 'refused', why: 'the words stand for no node', changed: false };
  }

  #waiting(): NotDone {
    const { nodeIds } = this.#cluster;
    const isAnyUp = nodeIds.some((node) => this.#cluster.isRunning(node));
    return { is: 'waiting', why: isAnyUp ? 'there is no leader' : 'no node runs' };
  }

  #performOnLinks(action: LinkAction): StepResult {
    const from = resolveNodes(action.from, this.#cluster, this.#prng);
    const to = resolveNodes(action.to, this.#cluster, this.#prng);
    if (from === null || to === null) return this.#waiting();
    return resultOf([this.#begin(linkFault(action, allLinks(from, to)), null)]);
  }

  #performOnNodes(action: NodeAction): StepResult {
    const nodes = resolveNodes(action.node, this.#cluster, this.#prng);
    if (nodes === null) return this.#waiting();
    if (nodes.length === 0) {
      return { is: 'refused', why: `no node is ${action.node.join(', ')}`, changed: false };
    }
    // A kill just before takes a moment; what needs the process gone waits for that.
    if (action.do === 'wipe' && nodes.some((node) => this.#cluster.isGoing(node))) {
      return { is: 'waiting', why: 'the process has not ended yet' };
    }
    return resultOf(nodes.map((node) => this.#performOn(action, node)));
  }

  #performOn(action: NodeAction, node: NodeId): string | null {
    const cluster = this.#cluster;
    switch (action.do) {
      case 'start':
        return this.#try(() => cluster.startNode(node));
      case 'resume':
        return this.#try(() => cluster.resumeNode(node));
      case 'isolate': {
        const others = cluster.nodeIds.filter((other) => other !== node);
        const links = linksBetween([[node], others]);
        return this.#begin({ kind: 'cut', links }, `isolate ${node}`);
      }
      case 'release-disk':
        return this.#try(() => cluster.releaseDisk(node));
      case 'power-cut':
        return this.#begin({ kind: action.do, node, ms: action.ms }, null);
      default:
        return this.#begin({ kind: action.do, node }, null);
    }
  }

  #begin(spec: FaultSpec, label: string | null): string | null {
    return this.#try(() => this.#cluster.begin(spec, 'scenario', label));
  }

  /** null when it happened, else why not: a step that does not fit must not end the run. */
  #try(act: () => unknown): string | null {
    try {
      act();
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

function resultOf(outcomes: readonly (string | null)[]): StepResult {
  const problems = outcomes.filter((outcome) => outcome !== null);
  if (problems.length === 0) return DONE;
  return { is: 'refused', why: problems.join('; '), changed: problems.length < outcomes.length };
}

/** The fault that a step on links asks for. */
export function linkFault(action: LinkAction, links: readonly Link[]): FaultSpec {
  switch (action.do) {
    case 'cut':
      return { kind: 'cut', links };
    case 'delay':
      return { kind: 'delay', links, delayMs: action.ms, jitterMs: action.jitterMs };
    case 'loss':
      return { kind: 'loss', links, probability: action.probability };
  }
}

/** Every link from one of these to another of those. */
export function allLinks(from: readonly NodeId[], to: readonly NodeId[]): Link[] {
  return from.flatMap((source) =>
    to.filter((target) => target !== source).map((target) => ({ from: source, to: target })),
  );
}

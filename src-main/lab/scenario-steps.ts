/**
 * Carries out the steps of a scenario on a cluster, live or simulated, and says what came of each.
 */
import type { Prng } from '../base/prng.ts';
import { hasCentre, linksBetween, shapeLinks } from '../vocabulary/shapes.ts';
import type { FaultOrigin, FaultRecord, FaultSpec, Link } from '../vocabulary/fault.ts';
import type { LinkFault, NodeFault, ShapeName } from '../vocabulary/fault.ts';
import type { NodeId } from '../vocabulary/ids.ts';
import type { AdminSpec } from '../vocabulary/admin.ts';
import type { FaultStep, ScenarioAdmin, Selector, UndoStep } from '../vocabulary/scenario.ts';
import { commandsOf } from './scenario-commands.ts';
import { resolveGroups, resolveNodes, type SelectableCluster } from './selectors.ts';

/** What steps are done to. Each throws a LabError when it does not fit. */
export interface BreakableCluster extends SelectableCluster {
  begin(spec: FaultSpec, origin: FaultOrigin, label: string | null): FaultRecord;
  /** false: it is not on any more. */
  undo(id: number, outcome: string): boolean;
  undoAll(outcome: string, restart: boolean): void;
  heal(link: Link | null, origin: FaultOrigin): number;
  startNode(node: NodeId): void;
  resumeNode(node: NodeId): void;
  releaseDisk(node: NodeId): void;
  restoreNode(node: NodeId): void;
  /** It was told to end, and has not ended yet. */
  isGoing(node: NodeId): boolean;
}

/**
 * `waiting`: a word stands for nobody yet, try again. `refused`: it did not happen, on some nodes
 * or on all; `changed` when on some it did. `faults`: the numbers of those that began.
 */
export type StepResult = { readonly is: 'done'; readonly faults: readonly number[] } | NotDone;

type NotDone =
  | { readonly is: 'waiting'; readonly why: string }
  | {
      readonly is: 'refused';
      readonly why: string;
      readonly changed: boolean;
      readonly faults: readonly number[];
    };

/** What a command of the operator means now, to be given one after the other. */
export type StepCommands =
  { readonly is: 'commands'; readonly commands: readonly AdminSpec[] } | NotDone;

export type FaultAction = FaultStep | UndoStep;

type BreakNode = Extract<FaultStep, { do: 'break-node' }>;

export class ScenarioSteps {
  readonly #cluster: BreakableCluster;
  readonly #prng: Prng;

  constructor(cluster: BreakableCluster, prng: Prng) {
    this.#cluster = cluster;
    this.#prng = prng;
  }

  /** Does the step now, if it can be done. */
  perform(action: FaultAction, origin: FaultOrigin): StepResult {
    const cluster = this.#cluster;
    switch (action.do) {
      case 'heal':
        return this.#resultOf([() => void cluster.heal(null, origin)]);
      case 'recover':
        return this.#resultOf([() => cluster.undoAll(`undone by the ${origin}`, true)]);
      case 'partition': {
        const groups = resolveGroups(action.groups, cluster, this.#prng);
        if (groups === null) return this.#waiting();
        return this.#resultOf([() => beginPartition(cluster, groups, origin)]);
      }
      case 'shape':
        return this.#shape(action.shape, action.node, origin);
      case 'break-link':
        return this.#breakLinks(action, origin);
      case 'break-node':
        return this.#breakNodes(action, origin);
      case 'align-timers':
        return this.#onAll(({ node }) => ({ kind: 'jump', node, ms: action.ms }), origin);
      case 'spread-timers':
        return this.#onAll(
          ({ node, at }) => ({ kind: 'skew', node, rate: 1 + at * action.by }),
          origin,
        );
      default:
        return this.#undoOn(action.do, action.node);
    }
  }

  /** The nodes that the words of a command stand for now. */
  commandsOf(action: ScenarioAdmin): StepCommands {
    const commands = commandsOf(action, this.#cluster, this.#prng);
    if (commands === null) return this.#waiting();
    if (commands.length > 0) return { is: 'commands', commands };
    return refused('the words stand for no node');
  }

  #waiting(): NotDone {
    const { nodeIds } = this.#cluster;
    const isAnyUp = nodeIds.some((node) => this.#cluster.isRunning(node));
    return { is: 'waiting', why: isAnyUp ? 'there is no leader' : 'no node runs' };
  }

  #shape(shape: ShapeName, centres: readonly Selector[], origin: FaultOrigin): StepResult {
    if (!hasCentre(shape)) return this.#resultOf([() => this.#cut(shape, null, origin)]);
    return this.#forEach(centres, (node) => () => this.#cut(shape, node, origin));
  }

  #cut(shape: ShapeName, centre: NodeId | null, origin: FaultOrigin): FaultRecord {
    return beginShape(this.#cluster, shape, centre, origin);
  }

  #breakLinks(
    { from, to, effect }: Extract<FaultStep, { do: 'break-link' }>,
    origin: FaultOrigin,
  ): StepResult {
    const sources = resolveNodes(from, this.#cluster, this.#prng);
    const targets = resolveNodes(to, this.#cluster, this.#prng);
    if (sources === null || targets === null) return this.#waiting();
    const spec: LinkFault = { ...effect, links: allLinks(sources, targets) };
    return this.#resultOf([() => this.#cluster.begin(spec, origin, null)]);
  }

  #breakNodes({ node, effect }: BreakNode, origin: FaultOrigin): StepResult {
    const nodes = resolveNodes(node, this.#cluster, this.#prng);
    if (nodes === null) return this.#waiting();
    // A kill just before takes a moment; what needs the process gone waits for that.
    const needsGone = effect.kind === 'wipe' || effect.kind === 'corrupt';
    if (needsGone && nodes.some((each) => this.#cluster.isGoing(each))) {
      return { is: 'waiting', why: 'the process has not ended yet' };
    }
    return this.#forNodes(node, nodes, (each) => () => {
      const spec: NodeFault = { ...effect, node: each };
      return this.#cluster.begin(spec, origin, null);
    });
  }

  #onAll(
    faultOf: (place: { readonly node: NodeId; readonly at: number }) => NodeFault,
    origin: FaultOrigin,
  ): StepResult {
    const running = this.#cluster.nodeIds.filter((node) => this.#cluster.isRunning(node));
    return this.#resultOf(
      running.map((node, at) => () => this.#cluster.begin(faultOf({ node, at }), origin, null)),
    );
  }

  #undoOn(
    what: Extract<UndoStep, { node: readonly Selector[] }>['do'],
    selectors: readonly Selector[],
  ): StepResult {
    const cluster = this.#cluster;
    const verbs = {
      start: (node: NodeId) => cluster.startNode(node),
      resume: (node: NodeId) => cluster.resumeNode(node),
      'release-disk': (node: NodeId) => cluster.releaseDisk(node),
      restore: (node: NodeId) => cluster.restoreNode(node),
    };
    return this.#forEach(selectors, (node) => () => verbs[what](node));
  }

  #forEach(
    selectors: readonly Selector[],
    act: (node: NodeId) => () => FaultRecord | void,
  ): StepResult {
    const nodes = resolveNodes(selectors, this.#cluster, this.#prng);
    return nodes === null ? this.#waiting() : this.#forNodes(selectors, nodes, act);
  }

  #forNodes(
    selectors: readonly Selector[],
    nodes: readonly NodeId[],
    act: (node: NodeId) => () => FaultRecord | void,
  ): StepResult {
    if (nodes.length === 0) return refused(`no node is ${selectors.join(', ')}`);
    return this.#resultOf(nodes.map(act));
  }

  /** A step that does not fit must not end the run. */
  #resultOf(acts: readonly (() => FaultRecord | void)[]): StepResult {
    const faults: number[] = [];
    const problems: string[] = [];
    for (const act of acts) {
      try {
        const record = act();
        if (record !== undefined) faults.push(record.id);
      } catch (error) {
        problems.push(error instanceof Error ? error.message : String(error));
      }
    }
    if (problems.length === 0) return { is: 'done', faults };
    const changed = problems.length < acts.length;
    return { is: 'refused', why: problems.join('; '), changed, faults };
  }
}

function refused(why: string): Extract<NotDone, { is: 'refused' }> {
  return { is: 'refused', why, changed: false, faults: [] };
}

/** Where faults are begun. */
type FaultTarget = Pick<BreakableCluster, 'begin' | 'nodeIds'>;

export function beginPartition(
  cluster: FaultTarget,
  groups: readonly (readonly NodeId[])[],
  origin: FaultOrigin,
): FaultRecord {
  const label = `partition ${groups.map((group) => group.join(' ')).join(' | ')}`;
  return cluster.begin({ kind: 'cut', links: linksBetween(groups) }, origin, label);
}

export function beginShape(
  cluster: FaultTarget,
  shape: ShapeName,
  centre: NodeId | null,
  origin: FaultOrigin,
): FaultRecord {
  const links = shapeLinks(shape, cluster.nodeIds, centre);
  const label = centre === null ? shape : `${shape} ${centre}`;
  return cluster.begin({ kind: 'cut', links }, origin, label);
}

/** Every link from one of these to another of those. */
function allLinks(from: readonly NodeId[], to: readonly NodeId[]): Link[] {
  return from.flatMap((source) =>
    to.filter((target) => target !== source).map((target) => ({ from: source, to: target })),
  );
}

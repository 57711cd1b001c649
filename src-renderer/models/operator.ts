/** Commands of the operator: membership, transfer and snapshots, to one cluster or to all alike. */
import type { AdminSpec, NodeId } from '../../src-main/contract/words.ts';
import type { LabClient } from '../connection/client.ts';
import { currentLeader } from './leadership.ts';
import type { LiveCluster } from './live-cluster.svelte.ts';
import { goneIds, nextFreeId, NODES_MAX, presentIds } from './membership.ts';
import { canCommand, commandSpec, type NodeCommandKind } from './node-menu.ts';
import type { Notices } from './notices.svelte.ts';
import { protocolTitle } from './words.ts';

/** Whom what is done to a node of one cluster is meant for. */
export interface Reach {
  /** The clusters that an action on `clicked` goes to. */
  targetsOf(clicked: LiveCluster): readonly LiveCluster[];
  reachOf(clicked: LiveCluster, node: NodeId): 'alone' | 'leaders' | 'namesakes';
  everyone(): readonly LiveCluster[];
}

export interface AddChoice {
  readonly node: NodeId;
  /** It was in the cluster before, and its disk is still there. */
  readonly back: boolean;
}

export class Operator {
  readonly #client: LabClient;
  readonly #notices: Notices;
  readonly #reach: Reach;

  constructor(client: LabClient, notices: Notices, reach: Reach) {
    this.#client = client;
    this.#notices = notices;
    this.#reach = reach;
  }

  /** On the clicked cluster the lab itself says why something cannot be done; elsewhere only what
   *  makes sense is asked for. */
  async commandNode(kind: NodeCommandKind, clicked: LiveCluster, node: NodeId): Promise<void> {
    const leaders = this.#reach.reachOf(clicked, node) === 'leaders';
    const jobs = this.#reach.targetsOf(clicked).map((cluster) => {
      const meant = leaders ? currentLeader(cluster.view)?.id : node;
      if (meant === undefined) return null;
      const isWanted = cluster === clicked || canCommand(cluster.view, meant, kind);
      return isWanted ? this.#command(cluster, commandSpec(kind, meant)) : null;
    });
    await Promise.all(jobs);
  }

  /** Nodes that can be added: a new one first, then those that were removed. */
  choicesFor(clicked: LiveCluster): readonly AddChoice[] {
    const targets = this.#reach.targetsOf(clicked);
    const fresh = { node: nextFreeId(targets.flatMap(takenIds)), back: false };
    return [fresh, ...goneIds(clicked.view).map((node) => ({ node, back: true }))];
  }

  /** null when one more node can be added. */
  whyNoMore(clicked: LiveCluster): string | null {
    if (presentIds(clicked.view).length < NODES_MAX) return null;
    return `there are ${NODES_MAX} nodes already`;
  }

  async addNode(clicked: LiveCluster, node: NodeId, as: 'learner' | 'voter'): Promise<void> {
    const jobs = this.#reach.targetsOf(clicked).map((cluster) => {
      const isThere = presentIds(cluster.view).includes(node);
      return isThere ? null : this.#command(cluster, { do: 'add', node, as });
    });
    await Promise.all(jobs);
  }

  /** In each cluster to the next node that could lead. */
  async transferLeads(): Promise<void> {
    const jobs = this.#reach.everyone().map((cluster) => {
      const to = nextLeader(cluster);
      return to === null ? null : this.#command(cluster, { do: 'transfer', to });
    });
    if (jobs.every((job) => job === null))
      this.#notices.add('info', 'No cluster has a leader and somebody to take over from it.');
    await Promise.all(jobs);
  }

  async snapshotEverywhere(kind: 'snapshot' | 'compact'): Promise<void> {
    const jobs = this.#reach.everyone().flatMap((cluster) =>
      presentIds(cluster.view)
        .filter((id) => canCommand(cluster.view, id, kind))
        .map((id) => this.#command(cluster, commandSpec(kind, id))),
    );
    await Promise.all(jobs);
  }

  async #command(cluster: LiveCluster, command: AdminSpec): Promise<void> {
    const title = protocolTitle(cluster.info.protocol);
    try {
      const { results } = await this.#client.call('clusters.admin', {
        clusters: [cluster.info.id],
        command: writable(command),
      });
      for (const { ok, message } of results) {
        if (!ok) this.#notices.add('warning', `${title}: ${message}`);
      }
    } catch (error) {
      this.#notices.addError(error);
    }
  }
}

/** Ids that a new node must not have: those of nodes that are only on their way included. */
function takenIds(cluster: LiveCluster): NodeId[] {
  const coming = cluster.view.commands.flatMap(({ spec, ok }) =>
    spec.do === 'add' && ok === null ? [spec.node] : [],
  );
  return [...cluster.view.nodeIds, ...cluster.info.standing.map(({ node }) => node), ...coming];
}

function nextLeader({ view }: LiveCluster): NodeId | null {
  const leader = currentLeader(view);
  if (leader === null) return null;
  const ids = presentIds(view);
  const after = ids.slice(ids.indexOf(leader.id) + 1);
  return [...after, ...ids].find((id) => canCommand(view, id, 'transfer')) ?? null;
}

/** The call's own shape has lists that can be written to. */
function writable(command: AdminSpec) {
  return command.do === 'reconfigure'
    ? { ...command, voters: [...command.voters], learners: [...command.learners] }
    : command;
}

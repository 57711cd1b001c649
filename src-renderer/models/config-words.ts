/** The configuration of a cluster in words: voters, learners, both halves of a change, who is
 *  out. */
import type { ClusterView } from '../../src-main/contract/cluster-view.ts';
import type { NodeConfigView } from '../../src-main/contract/node-view.ts';
import type { NodeId } from '../../src-main/contract/words.ts';
import { configurationOf, goneIds, standingOf } from './membership.ts';
import { byNumber } from '../timeline/node-order.ts';

export interface ConfigPart {
  readonly word: string;
  readonly ids: string;
  /** The quorum of another set is needed as well. */
  readonly changing: boolean;
}

export interface ConfigWords {
  readonly pos: number;
  readonly changing: boolean;
  readonly parts: readonly ConfigPart[];
  /** For titles and screen readers. */
  readonly text: string;
}

/** What a configuration is called while the quorum of the one before is needed, too. */
const CHANGE_WORDS: Readonly<Record<string, string>> = {
  raft: 'joint',
  zab: 'pending',
  paxos: 'taking over',
};

/** What a column's head says of who is in its cluster. */
export function configWords(view: ClusterView): ConfigWords {
  const config = configurationOf(view);
  const outside = view.nodeIds.filter((id) => {
    return standingOf(view, id, config) === 'outside' && !isComing(view, config, id);
  });
  const parts = [
    ...partsOf(config, view.protocol),
    ...partOf('outside', outside.sort(byNumber)),
    ...partOf('gone', goneIds(view)),
  ];
  const { pos, votersOld } = config;
  return { pos, changing: votersOld !== null, parts, text: textOf(parts) };
}

/** A learner in its first life that has not heard of it yet will in a moment; later ones have
 *  another disk than the one that was taken in. */
function isComing(view: ClusterView, config: NodeConfigView, id: NodeId): boolean {
  return config.learners.includes(id) && view.nodes[id]?.incarnation === 1;
}

/** One configuration, as a node goes by it. */
export function describeConfig(config: NodeConfigView, protocol: string): string {
  return textOf(partsOf(config, protocol));
}

function partsOf(config: NodeConfigView, protocol: string): ConfigPart[] {
  const { pos, voters, votersOld, learners } = config;
  if (votersOld === null) {
    return [...partOf('voters', voters), ...partOf('learners', learners)];
  }
  const word = `${CHANGE_WORDS[protocol] ?? 'changing'} at ${pos}`;
  return [
    { word, ids: idsText(voters), changing: true },
    { word: 'and', ids: idsText(votersOld), changing: true },
    ...partOf('learners', learners),
  ];
}

function partOf(word: string, ids: readonly NodeId[]): ConfigPart[] {
  return ids.length === 0 ? [] : [{ word, ids: idsText(ids), changing: false }];
}

function idsText(ids: readonly NodeId[]): string {
  return ids.join(' ');
}

function textOf(parts: readonly ConfigPart[]): string {
  return parts.map(({ word, ids }) => `${word} ${ids}`).join(', ');
}

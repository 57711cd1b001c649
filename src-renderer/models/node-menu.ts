/**
 * The menu of a node: everything that can be done to it, in one order that never changes; what
 * makes no sense now stays in its place and says why.
 */
import type { ClusterView } from '../../src-main/contract/cluster-view.ts';
import type { NodeView } from '../../src-main/contract/node-view.ts';
import type { AdminSpec, NodeFaultKind, NodeId } from '../../src-main/contract/words.ts';
import { fieldsOf } from './fault-forms.ts';
import { KIND_WORDS } from './fault-words.ts';
import { currentLeader } from './leadership.ts';
import { configurationOf, standingOf, votersOf, type Standing } from './membership.ts';
import { isolationsOf, type NodeActionKind } from './node-actions.ts';
import { onCount, whyRefused } from './node-faults.ts';
import { isDiskHeld, isWiped } from './node-state.ts';

export type NodeCommandKind =
  | 'transfer'
  | 'add-learner'
  | 'add-voter'
  | 'promote'
  | 'remove'
  | 'replace'
  | 'snapshot'
  | 'compact';

export interface MenuEntry {
  readonly id: string;
  readonly title: string;
  /** The letter that does the same; null for none. */
  readonly key: string | null;
  /** Why it makes no sense now; null when it can be done. */
  readonly why: string | null;
  readonly does:
    | { readonly action: NodeActionKind; readonly lostMs: number }
    /** A fault of the catalogue, by its form where it has parameters; `on`: undoes it instead. */
    | { readonly fault: NodeFaultKind; readonly on: boolean }
    | { readonly restore: true }
    | { readonly command: NodeCommandKind };
}

export interface MenuGroup {
  readonly title: string;
  readonly entries: readonly MenuEntry[];
}

/** How much of what it wrote a node loses in a power cut that is worth looking at. */
export const LOST_MS = 200;

interface Case {
  readonly view: ClusterView;
  readonly node: NodeView;
  readonly up: boolean;
  readonly standing: Standing;
}

/** @param freezes without signals a process is asked to do nothing, which is not quite the same. */
export function nodeMenu(view: ClusterView, node: NodeView, freezes: boolean): MenuGroup[] {
  const here = { view, node, up: node.state === 'up', standing: standingOf(view, node.id) };
  return [
    { title: 'Process', entries: processEntries(here, freezes) },
    { title: 'Disk', entries: diskEntries(here) },
    { title: 'Cluster', entries: clusterEntries(here) },
  ];
}

const MORE_KINDS: readonly NodeFaultKind[] = [
  'slow',
  'crash-at',
  'slow-disk',
  'full-disk',
  'io-error',
  'corrupt',
  'skew',
  'jump',
];

/** The rest of the catalogue, behind one entry of the menu. */
export function moreFaults(view: ClusterView, node: NodeView): MenuEntry[] {
  const isTouched = view.faults.some(({ spec }) => 'node' in spec && spec.node === node.id);
  return [
    ...MORE_KINDS.map((kind) => faultEntry(view, node.id, kind)),
    {
      id: 'restore',
      title: 'Restore it',
      key: null,
      why: isTouched ? null : 'nothing is done to it',
      does: { restore: true },
    },
  ];
}

function faultEntry(view: ClusterView, id: NodeId, kind: NodeFaultKind): MenuEntry {
  const on = onCount([view], id, kind) > 0;
  const { title } = KIND_WORDS[kind];
  const form = fieldsOf(kind).length > 0 ? ' …' : '';
  return {
    id: `fault-${kind}`,
    title: on ? `Undo: ${title}` : `${title}${form}`,
    key: null,
    why: on ? null : whyRefused([view], id, kind),
    does: { fault: kind, on },
  };
}

/** Whether a command makes sense for this node now. */
export function canCommand(view: ClusterView, id: NodeId, command: NodeCommandKind): boolean {
  const node = view.nodes[id];
  if (node === undefined) return false;
  const entries = nodeMenu(view, node, false).flatMap((group) => group.entries);
  return entries.some(
    ({ does, why }) => 'command' in does && does.command === command && why === null,
  );
}

/** The command as the lab takes it. */
export function commandSpec(kind: NodeCommandKind, node: NodeId): AdminSpec {
  switch (kind) {
    case 'transfer':
      return { do: 'transfer', to: node };
    case 'add-learner':
      return { do: 'add', node, as: 'learner' };
    case 'add-voter':
      return { do: 'add', node, as: 'voter' };
    case 'snapshot':
      return { do: 'snapshot', node, retain: null };
    case 'compact':
      return { do: 'snapshot', node, retain: 0 };
    default:
      return { do: kind, node };
  }
}

function processEntries({ view, node, up }: Case, freezes: boolean): MenuEntry[] {
  const down = up ? null : 'it is down';
  const isolated = isolationsOf(view, node.id).length > 0;
  const start = isWiped(view, node.id) ? 'Start on an empty disk' : 'Start';
  return [
    action('kill', 'Kill its process', 'K', down),
    action('stop', 'Stop cleanly', null, down),
    action('start', start, 'S', up ? 'it runs' : null),
    node.paused
      ? action('resume', 'Resume', 'P', null)
      : action('pause', freezes ? 'Freeze, cooperatively here' : 'Pause, it hangs', 'P', down),
    isolated
      ? action('rejoin', 'Reconnect, undo its isolation', 'I', null, 'isolate')
      : action('isolate', 'Isolate, cut all its links', 'I', down),
  ];
}

function diskEntries({ view, node, up, standing }: Case): MenuEntry[] {
  const down = up ? null : 'it is down';
  const held = isDiskHeld(view, node.id);
  const wipe = up ? 'kill it first' : isWiped(view, node.id) ? 'done already' : null;
  const quiet =
    down ?? (node.paused ? 'it is paused' : standing === 'outside' ? 'no member' : null);
  return [
    action('power-cut', 'Cut the power', null, down),
    {
      ...action('power-cut', `Cut it, ${LOST_MS} ms of writes lost`, null, down, 'power-cut-late'),
      does: { action: 'power-cut', lostMs: LOST_MS },
    },
    held
      ? action('release-disk', 'Release its disk', null, null)
      : action('hold-disk', 'Hold its disk', null, down),
    action('wipe', 'Wipe its disk', null, wipe),
    command('snapshot', 'Take a snapshot', quiet),
    command('compact', 'Snapshot, and empty its log', quiet),
  ];
}

function clusterEntries(here: Case): MenuEntry[] {
  const { standing, node } = here;
  const config = configurationOf(here.view);
  // Its name may be in the configuration while its disk is another one: then it can be taken out.
  const isMember = [...votersOf(config), ...config.learners].includes(node.id);
  const last = config.voters.length === 1 && config.voters.includes(node.id);
  const leave = !isMember ? 'no member' : last ? 'nobody else votes' : null;
  const isBack = standing === 'outside' || isWiped(here.view, node.id);
  const again = isBack
    ? [
        command('add-learner', 'Add as a learner', null),
        command('add-voter', 'Add as a voter', null),
      ]
    : [];
  return [
    command('transfer', 'Transfer the lead here', whyNoTransfer(here)),
    ...again,
    command('promote', 'Promote to a voter', whyNoPromotion(here)),
    command('remove', 'Remove from the cluster', leave),
    command('replace', 'Replace by a node with an empty disk', leave),
  ];
}

function whyNoTransfer({ view, node, up, standing }: Case): string | null {
  if (!up) return 'it is down';
  const leader = currentLeader(view);
  if (leader?.id === node.id) return 'it leads';
  if (standing !== 'voter') return 'it has no vote';
  if (node.paused) return 'it is paused';
  return leader === null ? 'nobody leads' : null;
}

function whyNoPromotion({ up, standing }: Case): string | null {
  if (standing === 'voter') return 'it votes';
  if (standing !== 'learner') return 'add it first';
  return up ? null : 'it is down';
}

function action(
  kind: NodeActionKind,
  title: string,
  key: string | null,
  why: string | null,
  id: string = kind,
): MenuEntry {
  return { id, title, key, why, does: { action: kind, lostMs: 0 } };
}

function command(kind: NodeCommandKind, title: string, why: string | null): MenuEntry {
  return { id: kind, title, key: null, why, does: { command: kind } };
}

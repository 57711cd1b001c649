/** What every kind of fault is called, what it does, and how the other nodes come to know of it. */
import type { FaultKindName, FaultSpec, NodeFaultKind } from '../../src-main/contract/words.ts';
import { isLimited } from './link-effects.ts';

interface KindWords {
  readonly title: string;
  readonly does: string;
}

export const KIND_WORDS: Readonly<Record<FaultKindName, KindWords>> = {
  kill: {
    title: 'Kill its process',
    does: 'SIGKILL. The system closes its sockets: its peers are told at once.',
  },
  stop: { title: 'Stop cleanly', does: 'The process ends by itself, and says goodbye.' },
  pause: {
    title: 'Pause it',
    does: 'The process hangs with its sockets open: peers notice by time-out only.',
  },
  slow: {
    title: 'Stall it again and again',
    does: 'Its event loop stands still, as in a long garbage collection.',
  },
  'crash-at': {
    title: 'Crash at a point',
    does: 'The node is killed when it passes this point of its work.',
  },
  'power-cut': {
    title: 'Cut its power',
    does: 'Its disk stops first, then the process is killed: what was not synced is gone.',
  },
  wipe: { title: 'Wipe its disk', does: 'The disk of a node that is down is lost.' },
  'hold-disk': { title: 'Hold its disk', does: 'No write completes until the disk is released.' },
  'slow-disk': { title: 'Slow its disk', does: 'Every sync takes longer; their order is kept.' },
  'full-disk': { title: 'Fill its disk', does: 'Every write fails for want of space.' },
  'io-error': { title: 'Fail one write', does: 'The next write, or the next sync, fails once.' },
  corrupt: {
    title: 'Corrupt its log',
    does: 'A record in the middle of the log of a node that is down cannot be read any more.',
  },
  skew: {
    title: 'Skew its clock',
    does: 'Its clock runs at another rate: leases and timers end early or late.',
  },
  jump: {
    title: 'Jump its clock',
    does: 'Its clock is further at once: every timer that ends in that time fires.',
  },
  cut: { title: 'Cut', does: 'Nothing passes in this direction.' },
  delay: { title: 'Delay', does: 'Every message takes longer; their order is kept.' },
  loss: { title: 'Loss', does: 'Each message is lost with this probability.' },
  duplicate: { title: 'Duplicate', does: 'A message arrives twice.' },
  reorder: { title: 'Reorder', does: 'Messages overtake one another.' },
  hold: {
    title: 'Hold',
    does: 'Messages wait on the link, and arrive in order when it is undone.',
  },
  bandwidth: { title: 'Limit', does: 'So many bytes pass each second; the rest waits.' },
};

/** How the others come to know of it: a killed node, one that hangs and one that is cut off look
 *  alike to a protocol, but not to its sockets.
 *  @param isDown the node has no process now */
export function noticedText(spec: FaultSpec, isDown: boolean): string {
  switch (spec.kind) {
    case 'kill':
    case 'power-cut':
      return 'its sockets are closed, peers know';
    case 'stop':
      return 'it said goodbye, peers know';
    case 'wipe':
      return 'its disk is empty, it is down';
    case 'pause':
      return 'it hangs, peers notice by time-out';
    case 'cut':
      return isLimited(spec) ? 'some messages are lost' : 'cut off, silence until a time-out';
    case 'hold-disk':
      return 'it answers nothing that waits for a write';
    case 'full-disk':
      return 'it cannot write';
    case 'corrupt':
      return 'it cannot start';
    case 'crash-at':
      return isDown ? 'it passed there: its sockets are closed' : 'killed when it passes there';
    default:
      return '';
  }
}

/** Families of the kinds of a node, in the order they are offered in. */
export const NODE_KIND_GROUPS: readonly {
  readonly title: string;
  readonly kinds: readonly NodeFaultKind[];
}[] = [
  { title: 'Process', kinds: ['kill', 'stop', 'pause', 'slow', 'crash-at', 'power-cut'] },
  {
    title: 'Disk',
    kinds: ['hold-disk', 'slow-disk', 'full-disk', 'io-error', 'corrupt', 'wipe'],
  },
  { title: 'Clock', kinds: ['skew', 'jump'] },
];

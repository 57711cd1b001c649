/**
 * Named gaps in what a host does with an input, at which a node can be killed. The order is that of
 * the durability rule (protocols.md 0.2): journal, send what is free, persist, send what waited,
 * apply, reply. Whatever a node wrote in one barrier is there as a whole after it, or not at all: a
 * snapshot's reference and the compaction that relies on it leave no gap between them.
 */
export const CRASH_POINTS = {
  'after-journal': 'the input is in the journal, nothing of what it causes has left',
  'before-send': 'messages that wait for no disk are made, and none has left',
  'before-persist': 'what is to be written was not handed to the disk',
  'in-persist': 'handed to the disk, but not durable: the whole barrier is lost',
  'after-persist': 'durable, but nothing that waits for it has left',
  'after-persist-hard': 'term, vote, promise or epoch are durable, and nobody was told',
  'after-send': 'messages that waited for the disk have left, the core has not heard of it',
  'before-apply': 'a committed entry is not applied',
  'before-reply': 'applied, and the client was not told',
  'after-reply': 'the client was told',
  'snapshot-chunk': 'a chunk of a new image is written, the image is not whole',
  'snapshot-sealed': 'an image, own or received, is durable, and no record refers to it',
  'snapshot-recorded': 'the record refers to the new image, the old one is not dropped',
  'old-image-dropped': 'the image before is dropped, the core has not heard of the new one',
  'install-chunk': 'a chunk of an image from another node is kept, the image is not whole',
  'install-loaded': 'the state machine is that of an image, nothing was answered',
  'config-persisted': 'an entry with a configuration is durable, and what waits for it is not sent',
  'config-applied': 'an entry with a configuration is applied, the operator was not told',
} as const;

export type CrashPoint = keyof typeof CRASH_POINTS;

/** How a life ended that was killed there. */
export function killedAtText(crash: { readonly point: CrashPoint; readonly nth: number }): string {
  return `killed at ${crash.point}${crash.nth === 1 ? '' : `, passage ${crash.nth}`}`;
}

export const CRASH_POINT_NAMES = Object.keys(CRASH_POINTS) as readonly CrashPoint[];

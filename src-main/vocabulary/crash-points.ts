/**
 * Named gaps in what a host does with an input, at which a node can be killed. The order is that of
 * the durability rule (protocols.md 0.2): journal, persist, send, apply, reply.
 */
export const CRASH_POINTS = {
  'after-journal': 'the input is in the journal, nothing of what it causes has left',
  'before-persist': 'what is to be written was not handed to the disk',
  'in-persist': 'written, not synced: a power cut would lose it',
  'after-persist': 'durable, but nothing that waits for it has left',
  'after-persist-hard': 'term, vote, promise or epoch are durable, and nobody was told',
  'before-send': 'messages that wait for no disk are made, and none has left',
  'after-send': 'messages that waited for the disk have left, nothing was applied',
  'before-apply': 'a committed entry is not applied',
  'before-reply': 'applied, and the client was not told',
  'after-reply': 'the client was told',
  'snapshot-chunk': 'a chunk of a new image is written, the image is not whole',
  'snapshot-sealed': 'the image is durable, and no record refers to it',
  'snapshot-recorded': 'the record refers to the image, the log is not compacted',
  compacted: 'the log is compacted, the old image not dropped',
  'install-chunk': 'a chunk of an image from another node is kept, the image is not whole',
  'install-loaded': 'the state machine is that of the image, nothing was answered',
  'config-persisted': 'an entry with a configuration is durable, and nobody was told',
  'config-applied': 'a configuration came into force, the operator was not told',
} as const;

export type CrashPoint = keyof typeof CRASH_POINTS;

export const CRASH_POINT_NAMES = Object.keys(CRASH_POINTS) as readonly CrashPoint[];

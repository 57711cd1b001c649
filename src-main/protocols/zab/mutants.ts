/** Rules that can be switched off, to show what each is for (protocols.md 3.12). */
import type { Mutant } from '../kernel/core.ts';

export const MUTANTS = [
  {
    name: 'ack-before-persist',
    breaks: 'A follower acknowledges what a power cut can still take away (ZOOKEEPER-3911).',
  },
  {
    name: 'self-ack-before-persist',
    breaks: 'The leader counts its own copy of a transaction before it is on its disk.',
  },
  {
    name: 'epoch-before-history',
    breaks: 'currentEpoch is on disk before its history: a short history can win (ZOOKEEPER-4643).',
  },
  {
    name: 'vote-by-zxid-only',
    breaks: 'Votes compare histories by length and forget the epoch that was established last.',
  },
  {
    name: 'vote-with-accepted-epoch',
    breaks: 'Votes carry the promised epoch in place of the one whose history was adopted.',
  },
  {
    name: 'reuse-epoch',
    breaks: 'A new leader takes the highest accepted epoch itself in place of the next one.',
  },
  {
    name: 'no-leader-check',
    breaks:
      'A joining server believes followers alone: dead leaders are elected from their memory.',
  },
  {
    name: 'serve-before-sync',
    breaks: 'The leader serves before a quorum has adopted its history.',
  },
  {
    name: 'up-to-date-with-synced-zxid',
    breaks:
      'A late learner is told what was committed when its synchronisation began, not what is.',
  },
  {
    name: 'truncate-in-memory',
    breaks: 'Trunc does not reach the disk: the old tail is back after a restart (ZOOKEEPER-2845).',
  },
  {
    name: 'apply-at-boot',
    breaks: 'The whole log on disk is applied at start, also what was never committed.',
  },
  {
    name: 'snap-in-memory',
    focus: ['snapshots'],
    breaks:
      'A snapshot of the leader is loaded but not kept: the log behind it begins in the air ' +
      '(museum Z11, ZOOKEEPER-3642).',
  },
  {
    name: 'promise-before-persist',
    breaks: 'AckEpoch leaves before the promise is on disk, which a power cut takes back.',
  },
  {
    name: 'commit-with-old-quorum',
    focus: ['membership'],
    breaks: 'While a configuration is pending, a quorum of the one before is enough to commit.',
  },
  {
    name: 'observer-counts',
    focus: ['membership'],
    breaks: 'Observers vote and are counted: a quorum need not hold a majority of the voters.',
  },
  {
    name: 'config-not-in-snapshot',
    focus: ['membership', 'snapshots'],
    breaks:
      'A snapshot forgets the configuration: after a restart the cluster is the one of long ' +
      'ago (museum R14).',
  },
] as const satisfies readonly Mutant[];

export type MutantName = (typeof MUTANTS)[number]['name'];

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
    name: 'count-already',
    breaks: 'A repeated promise counts again: two leaders can establish the same epoch.',
  },
  {
    name: 'reuse-epoch',
    breaks: 'A new leader takes the highest accepted epoch itself in place of the next one.',
  },
  {
    name: 'skip-ahead-check',
    breaks: 'A leader goes on although a follower of its quorum knows more than it does.',
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
    name: 'accept-old-link',
    breaks: 'Messages of a closed session are taken for those of the present one.',
  },
  {
    name: 'apply-at-boot',
    breaks: 'The whole log on disk is applied at start, also what was never committed.',
  },
  {
    name: 'snap-in-memory',
    breaks: 'A snapshot of the leader is loaded but not kept: the log behind it is worth nothing.',
  },
  {
    name: 'trunc-without-target',
    breaks: 'A learner that does not hold what it is to be cut back to goes on from what it has.',
  },
  {
    name: 'commit-with-old-quorum',
    breaks: 'While a configuration is pending, the quorum of the one before is enough to commit.',
  },
  {
    name: 'observer-gets-proposals',
    breaks: 'An observer is told of transactions that are not committed as if they were.',
  },
] as const satisfies readonly Mutant[];

export type MutantName = (typeof MUTANTS)[number]['name'];

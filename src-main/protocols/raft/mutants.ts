/**
 * Rules of Raft that can be switched off, to show what each is for and to test the checkers
 * (design.md 4). Off in every normal run.
 */
import type { Mutant } from '../kernel/core.ts';

export const MUTANTS = [
  {
    name: 'vote-without-sync',
    breaks:
      'Votes and vote requests leave before the vote is on disk: a node that lost power votes ' +
      'twice in one term, and two leaders share it.',
  },
  {
    name: 'ack-without-sync',
    breaks:
      'A follower acknowledges entries before they are on its disk: a power cut takes back what ' +
      'the leader counted and told its client (museum R22).',
  },
  {
    name: 'count-self-before-sync',
    breaks:
      'The leader counts its own copy before it is on its disk: a committed entry can stand on ' +
      'fewer disks than a majority (museum R22).',
  },
  {
    name: 'commit-old-term',
    breaks:
      'An entry of an older term counts as committed once it stands on a majority: a later ' +
      'leader can still overwrite it (Raft figure 8, museum R01).',
  },
  {
    name: 'commit-unmatched-suffix',
    breaks:
      'A follower commits up to leaderCommit however far its log was compared: a stale tail ' +
      'becomes committed (museum R05).',
  },
  {
    name: 'truncate-always',
    breaks:
      'A follower cuts its log behind every AppendEntries, not only at a conflict: a delayed ' +
      'older message erases acknowledged entries (museum R08).',
  },
  {
    name: 'forget-vote-on-step-down',
    breaks:
      'A candidate that steps down in its term forgets that it voted and can vote again in the ' +
      'same term (museum R15).',
  },
  {
    name: 'count-stale-votes',
    breaks:
      'Granted votes count in whatever term they arrive: a grant for an older term elects a ' +
      'second leader (museum R17).',
  },
  {
    name: 'vote-without-log-check',
    breaks:
      'A voter does not compare logs: a node that lacks committed entries is elected and ' +
      'overwrites them (Raft 5.4.1).',
  },
  {
    name: 'install-stale-snapshot',
    focus: ['snapshots'],
    breaks:
      'A follower takes over a snapshot of what it has committed already: its state and its log ' +
      'go back, and acknowledged entries are gone (museum R12).',
  },
  {
    name: 'forget-config-on-truncate',
    focus: ['membership'],
    breaks:
      'A configuration whose entry was truncated stays in force: quorums are counted among ' +
      'members nobody agreed on (museum R14).',
  },
  {
    name: 'skip-2015-guard',
    focus: ['membership'],
    breaks:
      'A leader changes the configuration before an entry of its term is committed: two steps ' +
      'from the same configuration need not overlap (museum R24).',
  },
  {
    name: 'no-joint-phase',
    focus: ['membership'],
    breaks:
      'Several voters change in one step: a majority of the old ones and a majority of the new ' +
      'ones elect two leaders of one term (museum R27).',
  },
  {
    name: 'learner-counts',
    focus: ['membership'],
    breaks:
      'Learners count in every quorum: what they hold is committed although a majority of the ' +
      'voters lacks it.',
  },
  {
    name: 'removed-leader-counts-itself',
    focus: ['membership'],
    breaks:
      'A leader that removes itself goes on counting its own log: entries are committed without ' +
      'a majority of those that stay (museum R30).',
  },
  {
    name: 'wiped-voter-votes',
    focus: ['membership'],
    breaks:
      'A node votes with a disk that no configuration knows: it has forgotten what it voted and ' +
      'stored before (museum R28).',
  },
  {
    name: 'read-without-round',
    focus: ['reads'],
    breaks:
      'The leader answers reads without proving that it still leads: a deposed one returns old ' +
      'values (museum R39).',
  },
  {
    name: 'read-before-own-commit',
    focus: ['reads'],
    breaks:
      'A new leader answers reads before an entry of its term is committed: it may not know yet ' +
      'what its predecessor acknowledged (museum R40).',
  },
  {
    name: 'lease-from-ack-time',
    focus: ['reads', 'leases'],
    breaks:
      'A lease counts from when the answers arrive, not from when the round was sent: it ' +
      'outlives the promises of the voters (protocols.md 1.12).',
  },
] as const satisfies readonly Mutant[];

export type MutantName = (typeof MUTANTS)[number]['name'];

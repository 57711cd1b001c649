/**
 * For each mutant whether its clients can tell: how they convict it, or why what it breaks does not
 * reach them. Found by mutant-histories.ts and, where the swarm is too rough a tool, by hand.
 */
export type Conviction =
  /** With the script of resources/scripts/mutants. */
  | { readonly by: 'script' }
  /** With one of its own, in client-scripts: it asks where the damage shows. */
  | { readonly by: 'client-script' }
  /** With this seed of the swarm, on which its `focus` is drawn. */
  | { readonly by: 'seed'; readonly seed: number }
  | { readonly by: 'nothing'; readonly why: string };

const BY_SCRIPT: Conviction = { by: 'script' };
const BY_CLIENT_SCRIPT: Conviction = { by: 'client-script' };
const bySeed = (seed: number): Conviction => ({ by: 'seed', seed });
const unseen = (why: string): Conviction => ({ by: 'nothing', why });

const PROGRESS = 'it costs progress only: clients wait, what they are told is right';
const MEETS = 'one member more or less in a count: such quorums still meet every other one';
const STOPS = 'the node finds its disk broken when it starts, and refuses to';

/** By protocol and name of the mutant. */
export const CONVICTIONS: Readonly<Record<string, Readonly<Record<string, Conviction>>>> = {
  paxos: {
    'forget-promise': BY_CLIENT_SCRIPT,
    'accept-below-promise': BY_CLIENT_SCRIPT,
    'accept-keeps-promise': BY_CLIENT_SCRIPT,
    'ack-before-sync': BY_CLIENT_SCRIPT,
    'prepare-before-sync': unseen(
      'nobody leads by a promise of its own that is not on its disk, so that nothing is proposed ' +
        'in the ballot that is used twice',
    ),
    'first-report-wins': BY_CLIENT_SCRIPT,
    'value-by-count': BY_CLIENT_SCRIPT,
    'reported-means-chosen': BY_CLIENT_SCRIPT,
    'trust-any-ballot': bySeed(21),
    'blind-takeover': bySeed(0),
    'prepare-at-once': unseen(PROGRESS),
    'no-stickiness': unseen(PROGRESS),
    'fill-below-floor': unseen(
      'acceptors that dropped the slot do not accept another value for it: the leader waits',
    ),
    'config-at-once': unseen(
      'a leader asks the members of the newest configuration before it proposes to them, and so ' +
        'learns what they had accepted; neither a script nor 150 seeds got round that',
    ),
    'narrow-phase-1': bySeed(10),
    'stop-old-early': unseen(PROGRESS),
    'read-before-recovered': BY_SCRIPT,
    'quorum-read-chosen-only': BY_SCRIPT,
    'lease-too-long': BY_SCRIPT,
  },
  raft: {
    'vote-without-sync': BY_CLIENT_SCRIPT,
    'ack-without-sync': bySeed(48),
    'count-self-before-sync': BY_CLIENT_SCRIPT,
    'commit-old-term': BY_CLIENT_SCRIPT,
    'commit-unmatched-suffix': BY_CLIENT_SCRIPT,
    'truncate-always': bySeed(89),
    'forget-vote-on-step-down': unseen(
      'the vote that is forgotten was for the candidate itself, which has lost already',
    ),
    'count-stale-votes': BY_CLIENT_SCRIPT,
    'vote-without-log-check': bySeed(2),
    'install-stale-snapshot': BY_CLIENT_SCRIPT,
    'forget-config-on-truncate': unseen(MEETS),
    'skip-2015-guard': BY_CLIENT_SCRIPT,
    'no-joint-phase': BY_CLIENT_SCRIPT,
    'learner-counts': unseen(
      'learners count in elections, too: a majority of everybody meets every other one, until ' +
        'learners lose their disks',
    ),
    'removed-leader-counts-itself': unseen(MEETS),
    'wiped-voter-votes': unseen(
      'no session is opened to a disk that no configuration knows: its vote does not arrive',
    ),
    'read-without-round': BY_SCRIPT,
    'read-before-own-commit': BY_SCRIPT,
    'lease-from-ack-time': BY_SCRIPT,
  },
  zab: {
    'ack-before-persist': bySeed(107),
    'self-ack-before-persist': BY_CLIENT_SCRIPT,
    'epoch-before-history': bySeed(10),
    'vote-by-zxid-only': unseen(
      'a leader steps down when a follower established a later epoch: elections go round',
    ),
    'vote-with-accepted-epoch': unseen(
      'a leader steps down when a follower has a later history: elections go round',
    ),
    'reuse-epoch': unseen(
      'servers that adopted the epoch from one leader do not adopt it from another: both wait',
    ),
    'no-leader-check': unseen(PROGRESS),
    'serve-before-sync': BY_CLIENT_SCRIPT,
    'up-to-date-with-synced-zxid': unseen(
      'the learner stays behind, which a local read may; its own client waits for what it has seen',
    ),
    'truncate-in-memory': unseen(STOPS),
    'apply-at-boot': unseen(
      'who applied what has to be cut off can join no leader, and serves nobody',
    ),
    'snap-in-memory': unseen(STOPS),
    'promise-before-persist': unseen(
      'a history is acknowledged from the disk, behind its epoch: no second leader ' +
        'of that epoch gets a quorum',
    ),
    'commit-with-old-quorum': unseen(
      'what comes behind the configuration waits for the new quorum; that the configuration ' +
        'itself may be lost no client sees',
    ),
    'observer-counts': unseen(
      'observers count in elections, too: a majority of everybody meets every other one',
    ),
    'config-not-in-snapshot': bySeed(80),
  },
};

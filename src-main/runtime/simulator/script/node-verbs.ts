/** Verbs of nodes and their disks. */
import { whyNotWiped } from '../../../protocols/quorum/lost-disks.ts';
import { CRASH_POINT_NAMES } from '../../../vocabulary/crash-points.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { BootDisk } from '../world/actions.ts';
import type { DiskMode } from '../world/disk.ts';
import type { Arguments } from './arguments.ts';
import type { ScriptSession } from './session.ts';
import { configInForce } from './show.ts';
import type { Verb } from './verb.ts';

const DISK_MODES: readonly DiskMode[] = ['instant', 'held', 'failing', 'failing-sync', 'full'];
const BOOT_DISKS: readonly BootDisk[] = ['kept', ...DISK_MODES, 'corrupt', 'wiped', 'amnesia'];

type NodeVerb = 'kill' | 'stop' | 'pause' | 'resume' | 'freeze' | 'thaw';

export function nodeVerb(verb: NodeVerb, what: string): Verb {
  return {
    usage: `${verb} <nodes|all>`,
    what,
    example: `${verb} n1`,
    run: (session, args) => {
      for (const id of args.nodes()) session.world[verb](id);
    },
  };
}

export const powerCut: Verb = {
  usage: 'power-cut <nodes|all> [keep-record=<n>] [keep-log=<n>]',
  what:
    'A node loses everything after its last completed barrier, and nobody is told; with `keep-` ' +
    'the first so many unsynced writes of its record, or entries of its log, reached the disk.',
  example: 'power-cut n1 keep-log=1',
  run: (session, args) => {
    const keepHard = args.pairNumber('keep-record') ?? 0;
    const keepLog = args.pairNumber('keep-log') ?? 0;
    for (const id of args.nodes()) session.world.powerCut(id, keepHard, keepLog);
  },
};

export const crashAt: Verb = {
  usage: 'crash-at <nodes|all> <point|never> [nth=1]',
  what:
    'Killed when it passes this point of what it does with an input, or does so for the nth ' +
    'time, counted anew in each life. What it wrote in one barrier is there as a whole or ' +
    'not at all. `never` takes back what was not reached. Points: ' +
    `${CRASH_POINT_NAMES.join(', ')}.`,
  example: 'crash-at n1 after-persist nth=2',
  run: (session, args) => {
    const nodes = args.nodes();
    const word = args.oneOf('point', [...CRASH_POINT_NAMES, 'never'] as const);
    const point = word === 'never' ? null : word;
    const nth = args.pairNumber('nth') ?? 1;
    if (nth < 1) args.fail('nth=0; expected at least 1');
    for (const id of nodes) session.world.crashAt(id, point, nth);
  },
};

export const boot: Verb = {
  usage: `boot <nodes|all> [disk=${BOOT_DISKS.join('|')}]`,
  what:
    'Starts a node from its disk. `wiped`: it comes back empty under a new storage id, and takes ' +
    'no part until it is removed and added again; `amnesia`: empty, but claims to be the old ' +
    'one; `corrupt`: a record in the middle cannot be read, and the node refuses to start; the ' +
    'others as `disk`.',
  example: 'boot n1 disk=held',
  run: (session, args) => {
    const text = args.pair('disk') ?? 'kept';
    const disk = BOOT_DISKS.find((known) => known === text);
    if (disk === undefined) {
      return args.fail(`disk "${text}"; expected ${BOOT_DISKS.join(', ')}`);
    }
    for (const id of args.nodes()) {
      if (session.world.node(id).life === null) {
        if (disk === 'wiped') ensureMayLoseDisk(session, args, id);
        session.world.boot(id, disk);
      } else session.printer.print(`  ${id} is up already`);
    }
  },
};

export const disk: Verb = {
  usage: `disk <nodes|all> ${DISK_MODES.join('|')}`,
  what:
    'How a disk behaves from now on: barriers complete at once, wait to be completed, or the ' +
    'next one fails (which ends the node); `failing-sync`: when it was written, so that the next ' +
    'life finds it. `instant` completes what waited.',
  example: 'disk n1 held',
  run: (session, args) => {
    const nodes = args.nodes();
    const mode = args.oneOf('disk', DISK_MODES);
    for (const id of nodes) session.world.setDisk(id, mode);
  },
};

export const complete: Verb = {
  usage: 'complete <nodes|all> [count]',
  what: 'Completes the oldest held barrier, or so many; the disk stays held.',
  example: 'complete n1 2',
  run: (session, args) => {
    const nodes = args.nodes();
    const count = args.maybeNumber('count') ?? 1;
    for (const id of nodes) {
      if (session.world.node(id).disk.pending.length === 0)
        session.printer.print(`  ${id}: nothing held`);
      session.world.complete(id, count);
    }
  },
};

/** A script that takes a majority of the voters their disks waits for what can never come. */
function ensureMayLoseDisk(session: ScriptSession, args: Arguments, id: NodeId): void {
  const { world } = session;
  const running = world.ids.filter((other) => world.node(other).life !== null);
  if (running.length === 0) return;
  const isWhole = (voter: NodeId): boolean => running.some((other) => world.knows(other, voter));
  const why = whyNotWiped(id, configInForce(session), isWhole);
  if (why !== null) args.fail(why);
}

/**
 * What a leader proposes, and in which slots: first what phase 1 reported, then configurations,
 * requests, and no-ops where a gap holds something up (protocols.md 2.5-6, 2.6, 2.9).
 */
import type { Position } from '../../vocabulary/ids.ts';
import { restamp, type PaxosEntry } from './ballot.ts';
import { hasNode } from '../kernel/config.ts';
import { isPhase1 } from './configs.ts';
import { entryOf } from './requests.ts';
import type { Leadership, Machine } from './state.ts';
import { storeEntries } from './storing.ts';

/** Gives slots up to the window: to what has to be recovered first, then to what is asked. */
export function proposeMore(m: Machine, lead: Leadership): void {
  const { state } = m;
  const slotMax = proposableUpTo(m, lead);
  const entries: PaxosEntry[] = [];
  for (; lead.nextSlot <= Math.min(slotMax, lead.recoverUpTo); lead.nextSlot += 1) {
    if (!state.log.isChosen(lead.nextSlot)) entries.push(recoveredEntry(m, lead, entries));
  }
  if (lead.nextSlot > lead.recoverUpTo) proposeNew(m, lead, slotMax, entries);
  storeEntries(m, entries, lead.ballot);
  for (const { pos } of entries) lead.outstanding.set(pos, 0);
}

/**
 * The last slot this leader may propose in: inside the window, in no configuration that has not
 * promised its ballot, and behind no one that has no place for it.
 */
export function proposableUpTo(m: Machine, lead: Leadership): Position {
  const { configs, log, options } = m.state;
  const inWindow = log.chosenPrefix + options.window;
  const { list } = configs;
  if (list.length === 1 && list[0]?.pos === 0) return inWindow;
  let last = Math.min(inWindow, ownLimit(m));
  for (const config of list) {
    if (!isPhase1(config, lead.promised)) last = Math.min(last, config.from - 1);
  }
  return last;
}

/** The last slot before the configurations without this node; a later one may have it again. */
export function ownLimit(m: Machine): Position {
  const { configs, self } = m.state;
  let limit = Number.POSITIVE_INFINITY;
  for (let i = configs.list.length - 1; i >= 0; i -= 1) {
    const config = configs.list[i];
    if (config === undefined || hasNode(config.voters, self)) break;
    limit = config.from - 1;
  }
  return limit;
}

/** The value with the highest ballot reported for the slot, or a no-op in a gap (P3). */
function recoveredEntry(m: Machine, lead: Leadership, before: readonly PaxosEntry[]): PaxosEntry {
  const pos = lead.nextSlot;
  const reported = lead.recovered.get(pos);
  lead.recovered.delete(pos);
  if (reported !== undefined) return restamp(reported, lead.ballot);
  return noopAt(m, lead, pos, before);
}

function noopAt(
  m: Machine,
  lead: Leadership,
  pos: Position,
  before: readonly PaxosEntry[],
): PaxosEntry {
  const previous = m.state.log.at(pos - 1) ?? before.at(-1);
  const time = previous?.time ?? 0;
  return { pos, type: 'noop', time, client: null, payload: null, ballot: lead.ballot };
}

function proposeNew(m: Machine, lead: Leadership, slotMax: Position, entries: PaxosEntry[]): void {
  const { log } = m.state;
  // Learned while a configuration was entered: chosen by a leader before this one.
  while (lead.nextSlot <= log.last && log.isChosen(lead.nextSlot)) lead.nextSlot += 1;
  if (lead.change?.pos === 0 && lead.nextSlot <= slotMax) proposeChange(m, lead, entries);
  proposeRequests(m, lead, slotMax, entries);
  const fillUpTo = Math.min(slotMax, Math.max(lead.fillUpTo, m.state.configs.newest.from - 1));
  for (; lead.nextSlot <= fillUpTo; lead.nextSlot += 1) {
    entries.push(noopAt(m, lead, lead.nextSlot, entries));
  }
}

/** And no-ops behind it, or the change would wait for traffic to take effect (museum P13). */
function proposeChange(m: Machine, lead: Leadership, entries: PaxosEntry[]): void {
  const { change } = lead;
  if (change === null) return;
  const pos = lead.nextSlot;
  moveClock(m, lead);
  const payload = { ...change.command };
  entries.push({
    pos,
    type: 'config',
    time: lead.lastTime,
    client: null,
    payload: JSON.parse(JSON.stringify(payload)) as PaxosEntry['payload'],
    ballot: lead.ballot,
  });
  change.pos = pos;
  lead.fillUpTo = Math.max(lead.fillUpTo, m.state.configs.effectiveFrom(pos) - 1);
  lead.nextSlot += 1;
}

function moveClock(m: Machine, lead: Leadership): void {
  const { now, timing } = m.state;
  const ticked = lead.startTime + (now - lead.startedAt) * timing.tickMs;
  lead.lastTime = Math.max(lead.lastTime, ticked);
}

function proposeRequests(
  m: Machine,
  lead: Leadership,
  slotMax: Position,
  entries: PaxosEntry[],
): void {
  if (lead.queue.length === 0 || lead.transfer !== null) return;
  moveClock(m, lead);
  let taken = 0;
  for (const { reqId, op } of lead.queue) {
    if (lead.nextSlot > slotMax) break;
    entries.push(entryOf(lead, op, lead.nextSlot));
    lead.pending.set(lead.nextSlot, reqId);
    lead.nextSlot += 1;
    taken += 1;
  }
  lead.queue = taken === lead.queue.length ? [] : lead.queue.slice(taken);
}

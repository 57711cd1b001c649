/** What a test sees of a live cluster under faults: events, latencies, and who got what. */
import fs from 'node:fs';
import path from 'node:path';
import type { ViewEvent } from '../../src-main/contract/events.ts';
import type { LiveCluster } from '../../src-main/lab/live-cluster.ts';
import { messageId } from '../../src-main/runtime/driver/journal-lines.ts';
import type { NodeId } from '../../src-main/vocabulary/ids.ts';
import type { DropHeader, JournalHeader } from '../../src-main/vocabulary/journal.ts';
import { nextSuccess, type ProcessLab } from './process-lab.ts';

/** All that a screen is told of this cluster from now on; grows. */
export function eventsOf(host: ProcessLab, cluster: LiveCluster): readonly ViewEvent[] {
  const events: ViewEvent[] = [];
  host.lab.subscribe({
    clusterEvents: (id, more) => {
      if (id === cluster.plan.id) events.push(...more);
    },
  });
  return events;
}

/** Of the fastest of the next few operations that succeed, what its client waited. */
export async function latencyMs(cluster: LiveCluster, count: number): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < count; i += 1) {
    const { invokeUs, returnUs } = await nextSuccess(cluster);
    least = Math.min(least, (returnUs - invokeUs) / 1_000);
  }
  return least;
}

export interface Seen {
  readonly id: string;
  readonly type: string;
  readonly us: number;
}

/** What became of the messages of one directed link, by the journals of its ends. */
export interface Traffic {
  readonly sent: readonly Seen[];
  /** In the order they came, each as often as it did. */
  readonly received: readonly Seen[];
  readonly dropped: readonly DropHeader[];
}

/** Messages that were sent from `sinceUs` on. */
export function trafficOf(
  cluster: LiveCluster,
  from: NodeId,
  to: NodeId,
  sinceUs: number,
): Traffic {
  const sent: Seen[] = [];
  for (const { life, header } of journalOf(cluster, from)) {
    if (header.k !== 's' || header.us < sinceUs) continue;
    for (const [index, addressee, type] of header.sends ?? []) {
      if (addressee !== to) continue;
      sent.push({ id: messageId(from, life, header.n, index), type, us: header.us });
    }
  }
  const ids = new Set(sent.map(({ id }) => id));
  const received: Seen[] = [];
  const dropped: DropHeader[] = [];
  for (const { header } of [...journalOf(cluster, from), ...journalOf(cluster, to)]) {
    if (header.k === 'd' && header.to === to && ids.has(header.id)) dropped.push(header);
    if (header.k !== 's' || header.recv === undefined) continue;
    const [id, , type] = header.recv;
    if (ids.has(id)) received.push({ id, type, us: header.us });
  }
  return { sent, received, dropped };
}

export interface JournalLine {
  readonly life: number;
  readonly header: JournalHeader;
  /** The input of a step, as JSON. */
  readonly input: string;
}

/** Every whole line so far, of all lives. */
export function journalOf(cluster: LiveCluster, node: NodeId): JournalLine[] {
  const directory = path.join(cluster.directory, node);
  const lines: JournalLine[] = [];
  for (const file of fs.readdirSync(directory).sort()) {
    const life = /^journal-(\d+)\.ndjson$/.exec(file)?.[1];
    if (life === undefined) continue;
    const text = fs.readFileSync(path.join(directory, file), 'utf8');
    for (const line of text.slice(0, text.lastIndexOf('\n')).split('\n')) {
      if (line === '') continue;
      const tab = line.indexOf('\t');
      const header = JSON.parse(line.slice(0, tab)) as JournalHeader;
      lines.push({ life: Number(life), header, input: line.slice(tab + 1) });
    }
  }
  return lines;
}

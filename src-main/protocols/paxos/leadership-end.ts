/** What ends with a leadership: everybody who waited for it is told. */
import type { NodeId } from '../../vocabulary/ids.ts';
import type { Leadership, Machine } from './state.ts';

/** Proposed commands may or may not be chosen; queued ones were never proposed. */
export function endLeadership(m: Machine, hint: NodeId | null): void {
  const { lead } = m.state;
  if (lead === null) return;
  m.state.lead = null;
  for (const reqId of lead.pending.values()) {
    m.fx.refuse(reqId, 'leadership-lost', 'the leader was preempted, the outcome is unknown', hint);
  }
  const code = hint === null ? 'no-leader' : 'not-leader';
  for (const request of lead.queue) {
    m.fx.refuse(request.reqId, code, 'leadership ended before the command was proposed', hint);
  }
  for (const { reqId } of [...(lead.readRound?.reads ?? []), ...lead.reads]) {
    m.fx.refuse(reqId, 'leadership-lost', 'the leader fell while the read waited', hint);
  }
  endChange(m, lead, hint);
  endTransfer(m, lead);
}

function endChange(m: Machine, lead: Leadership, hint: NodeId | null): void {
  const { change } = lead;
  if (change === null) return;
  if (change.pos === 0) m.fx.refuse(change.reqId, 'no-leader', 'it was not proposed', hint);
  else m.fx.refuse(change.reqId, 'leadership-lost', 'the outcome of the change is unknown', hint);
}

/** Done when the promise that ended it is to the target's ballot. */
function endTransfer(m: Machine, lead: Leadership): void {
  const { transfer } = lead;
  if (transfer === null) return;
  const { to, reqId } = transfer;
  if (m.state.promised.node === to) m.fx.done(reqId, { to });
  else m.fx.refuse(reqId, 'leadership-lost', `${to} did not take over`);
}

/**
 * One cluster member as a child process. Started by the lab's supervisor with its configuration as
 * the only argument; ends when it is told to, when its supervisor is gone, or when it must not go
 * on. Never outlives the lab.
 */
import type { FromNode, NodeConfig, ToNode } from '../../runtime/process/node-config.ts';
import { NODE_EXIT } from '../../runtime/process/node-config.ts';
import { DiskError } from '../../runtime/process/disk-error.ts';
import { describeError, NodeProcess } from '../../runtime/process/node-process.ts';

function readConfig(): NodeConfig {
  const text = process.argv[2];
  if (text === undefined || process.send === undefined) {
    process.stderr.write('A Quorum Lab node is started by the lab, not by hand.\n');
    process.exit(NODE_EXIT.start);
  }
  return JSON.parse(text) as NodeConfig;
}

function tell(message: FromNode): void {
  if (process.connected) process.send?.(message);
}

let node: NodeProcess | null = null;

function fail(error: unknown): void {
  const why = error instanceof DiskError ? 'disk' : 'assertion';
  process.stderr.write(`${why}: ${describeError(error)}\n`);
  tell({ t: 'failed', why, error: describeError(error) });
  node?.stop(why, error);
  process.exit(NODE_EXIT[why]);
}

function handle(message: ToNode): void {
  if (node === null) return;
  if (message.t === 'rules') node.setRules(message.links, message.rules);
  else if (message.t === 'jump') node.jump(message.ms);
  else if (message.t === 'freeze') node.setFrozen(message.on);
  else if (message.t === 'peers') node.setPeers(message.peers);
  else if (message.t === 'disk') node.setDisk(message.mode);
  else if (message.t === 'manual') node.manual.set(message.on);
  else if (message.t === 'manual-act') node.manual.act(message.id, message.act);
  else if (message.t === 'admin') node.admin(message.id, message.op);
  else if (message.t === 'counters') {
    tell({ t: 'counters', id: message.id, counters: node.counters() });
  } else {
    node.stop('stop', null);
    process.exit(NODE_EXIT.stopped);
  }
}

// Ctrl-C reaches the whole group of processes: the lab decides when a node ends.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => handle({ t: 'stop' }));
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
process.on('disconnect', () => {
  node?.stop('parent-gone', null);
  process.exit(NODE_EXIT.stopped);
});

try {
  const config = readConfig();
  process.title = `quorum-lab ${config.protocol} ${config.nodeId}`;
  process.on('message', handle);
  node = new NodeProcess(config, tell, fail);
  await node.start();
} catch (error) {
  const why = error instanceof DiskError ? 'disk' : 'start';
  process.stderr.write(`${why}: ${describeError(error)}\n`);
  tell({ t: 'failed', why, error: describeError(error) });
  process.exit(NODE_EXIT[why]);
}

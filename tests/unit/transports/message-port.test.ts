import { describe, expect, test } from 'vitest';
import { ApiHub } from '../../../src-main/api/hub.ts';
import { SESSION_LIMITS } from '../../../src-main/api/session.ts';
import { FRAME_TO_WINDOW } from '../../../src-main/transports/frame-channels.ts';
import { serveWindow } from '../../../src-main/transports/message-port.ts';
import { ScriptedHost } from '../../support/scripted-host.ts';

describe('the port of the desktop window', () => {
  test('answers string frames, ignores everything else, and is silent after its end', async () => {
    const hub = new ApiHub(new ScriptedHost());
    const sent: string[] = [];
    let isDestroyed = false;
    const connection = serveWindow(hub, {
      send: (channel, data) => void sent.push(`${channel} ${data}`),
      isDestroyed: () => isDestroyed,
      reload: () => undefined,
    });
    for (const garbage of [null, 7, {}, 'x', 'y'.repeat(2 * 1024 * 1024)]) {
      connection.receive(garbage);
    }
    connection.receive('{"t":"q","m":"call","i":"7","a":["runs.list",{}]}');
    await expect
      .poll(() => sent)
      .toEqual([
        `${FRAME_TO_WINDOW} {"t":"s","i":"7","r":{"ok":true,"value":{"runs":[],"total":0}}}`,
      ]);
    isDestroyed = true;
    connection.receive('{"t":"q","m":"call","i":"8","a":["runs.list",{}]}');
    connection.close();
    expect(hub.connectionCount).toBe(0);
    expect(sent).toHaveLength(1);
  });

  test('a window that is given up is loaded anew, not left with an old picture', () => {
    const hub = new ApiHub(new ScriptedHost());
    let reloads = 0;
    const connection = serveWindow(hub, {
      send: () => undefined,
      isDestroyed: () => false,
      reload: () => (reloads += 1),
    });
    for (let at = 0; at <= SESSION_LIMITS.othersMax; at += 1) {
      hub.publish('notice', { level: 'info', text: String(at) });
    }
    expect(reloads).toBe(1);
    connection.close();
  });
});

/** The bridge of the sandboxed page: strings out, strings in, nothing else. */
import { contextBridge, ipcRenderer } from 'electron';
import { FRAME_TO_LAB, FRAME_TO_WINDOW } from '../../transports/frame-channels.ts';

contextBridge.exposeInMainWorld('quorumLab', {
  post: (data: string) => ipcRenderer.send(FRAME_TO_LAB, data),
  onMessage: (handler: (data: string) => void) => {
    ipcRenderer.on(FRAME_TO_WINDOW, (_event, data: string) => handler(data));
  },
});

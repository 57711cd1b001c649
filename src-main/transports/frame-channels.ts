/** Names of the two IPC channels of the desktop window; the preload is bundled with only these. */
export const FRAME_TO_LAB = 'quorum-lab:to-lab';
export const FRAME_TO_WINDOW = 'quorum-lab:to-window';

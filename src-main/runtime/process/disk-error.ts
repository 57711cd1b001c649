/** Failures of a node's disk, told apart from bugs of ours. */
import { AssertionError } from '../../base/assert.ts';
import type { ImageStore } from '../driver/ports.ts';

/** The disk failed: fatal, with the operating system's words. */
export class DiskError extends Error {
  override name = 'DiskError';
}

/** @throws DiskError instead of what the system threw. */
export function guardDisk<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    // A bug of ours is no fault of the disk.
    if (error instanceof AssertionError) throw error;
    throw new DiskError(error instanceof Error ? error.message : String(error));
  }
}

export function guardedImages(images: ImageStore): ImageStore {
  return {
    put: (...chunk) => guardDisk(() => images.put(...chunk)),
    get: (handle, chunk) => guardDisk(() => images.get(handle, chunk)),
    seal: (...image) => guardDisk(() => images.seal(...image)),
    keepOnly: (handles) => guardDisk(() => images.keepOnly(handles)),
  };
}

/** Images of a state machine in memory: what a host owes the driver, without a disk. */
import { SimDisk } from '../../src-main/runtime/simulator/world/disk.ts';
import type { ImageStore } from '../../src-main/runtime/driver/ports.ts';

export function memoryImages(): ImageStore {
  return new SimDisk('in-memory').images;
}

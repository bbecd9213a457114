import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/** Lets decisions go first where cores are scarce. Linux names the calling thread; elsewhere all threads are equal. */
export function giveWay(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, constants.priority.PRIORITY_LOW);
  } catch {
    // It runs as it is.
  }
}

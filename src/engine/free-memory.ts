import { freemem } from 'node:os';

/** Bytes that this process may still take: what its container leaves, where Node tells, else what the machine has free. */
export const freeMemory = (): number => process.availableMemory?.() ?? freemem();

/** @file The families of methods, in the order in which they are shown. */

export const families = ["interpret", "sparse", "spiking", "memory", "brain", "language", "units", "sequence"] as const;

export type Family = (typeof families)[number];

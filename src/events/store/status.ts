import { DROP_REASONS, type DropReason, type EventKind } from '../event.js';

/**
 * All that changes about an event in memory is one word, so that it changes at once, whatever happens to the thread:
 * two bits a sink, then why a sink dropped it, then its kind and flags. 0 is a free slot.
 */
export type Status = number;

export const WAITING = 0;
export const IN_FLIGHT = 1;
export const TO_SPOOL = 2;
export const DONE = 3;
export type SinkState = typeof WAITING | typeof IN_FLIGHT | typeof TO_SPOOL | typeof DONE;

const REASON_SHIFT = 16;
const REASON_BITS = 0xf << REASON_SHIFT;
const KIND_SHIFT = 20;
const USED = 1 << 22;
const CRITICAL = 1 << 23;
/** Set while its record is being written to the spool: after a death, the spool has to be asked. */
const APPENDING = 1 << 24;
const LOW_BITS = 0x5555;
const HIGH_BITS = 0xaaaa;

const KINDS: readonly EventKind[] = ['metric', 'operation', 'wide'];

export function newStatus(kind: EventKind, critical: boolean): Status {
  return USED | (KINDS.indexOf(kind) << KIND_SHIFT) | (critical ? CRITICAL : 0);
}

export function isUsed(status: Status): boolean {
  return (status & USED) !== 0;
}

export function isCritical(status: Status): boolean {
  return (status & CRITICAL) !== 0;
}

export function kindOf(status: Status): EventKind {
  return KINDS[(status >> KIND_SHIFT) & 3] as EventKind;
}

export function isAppending(status: Status): boolean {
  return (status & APPENDING) !== 0;
}

export function withAppending(status: Status, appending: boolean): Status {
  return appending ? status | APPENDING : status & ~APPENDING;
}

export function stateOf(status: Status, sink: number): SinkState {
  return ((status >> (2 * sink)) & 3) as SinkState;
}

export function withState(status: Status, sink: number, state: SinkState): Status {
  return (status & ~(3 << (2 * sink))) | (state << (2 * sink));
}

/** The first reason stays: an event is dropped once, whatever its other sinks do. */
export function withReason(status: Status, reason: DropReason): Status {
  if ((status & REASON_BITS) !== 0) return status;
  return status | ((DROP_REASONS.indexOf(reason) + 1) << REASON_SHIFT);
}

export function reasonOf(status: Status): DropReason | undefined {
  const reason = (status & REASON_BITS) >> REASON_SHIFT;
  return reason === 0 ? undefined : DROP_REASONS[reason - 1];
}

/** Whether a sink has it and has not answered. */
export function anyInFlight(status: Status): boolean {
  return (status & ~(status >> 1) & LOW_BITS) !== 0;
}

export function allDone(status: Status, sinks: number): boolean {
  const both = (1 << (2 * sinks)) - 1;
  return (status & both) === both;
}

/** Whether the spool is all that it waits for: the upper bit of each state is set, and the lower not of all. */
export function isSpoolBound(status: Status, sinks: number): boolean {
  const upper = HIGH_BITS & ((1 << (2 * sinks)) - 1);
  return isUsed(status) && (status & upper) === upper && !allDone(status, sinks);
}

/** A bit for each sink that is to get it from the spool. */
export function spoolMask(status: Status, sinks: number): number {
  let mask = 0;
  for (let sink = 0; sink < sinks; sink++) if (stateOf(status, sink) === TO_SPOOL) mask |= 1 << sink;
  return mask;
}

/** What was in flight when the thread died waits again. */
export function landed(status: Status, sinks: number): Status {
  let next = status;
  for (let sink = 0; sink < sinks; sink++) {
    if (stateOf(next, sink) === IN_FLIGHT) next = withState(next, sink, WAITING);
  }
  return next;
}

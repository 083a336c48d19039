import { context } from '../context/context.js';
import { ActiveSessions } from './active-sessions.js';
import type { InstrumentEnvironment } from './environment.js';
import { counterOf, handleOf, histogramOf } from './families.js';
import { guarded, type InternalErrors } from './guard.js';

/** How many open sessions are remembered; past it the one that was silent longest is given up. */
export const MOST_OPEN_SESSIONS = 10_000;

interface OpenSession {
  readonly tenant: string;
  turns: number;
}

/** Sessions: how many were started and are open, and how many turns they took (S0.1, S3.14). */
export interface SessionsInstrument {
  /**
   * Starts a session under an id of yours; one that is open already stays. Without a tenant it is the context's.
   * Never throws.
   *
   * @example
   * promptheus().sessions.start('s-17', 'acme');
   * promptheus().sessions.turn('s-17');
   * promptheus().sessions.end('s-17');
   */
  start(sessionId: string, tenant?: string): void;
  /** Counts a turn of an open session. Never throws. */
  turn(sessionId: string): void;
  /** Ends an open session and observes the number of its turns. Never throws. */
  end(sessionId: string): void;
  /** Adds an open session of a tenant, or takes one away, for applications that count by themselves. Never throws. */
  trackActive(tenant: string | undefined, increment?: boolean): void;
}

export function createSessionsInstrument(env: InstrumentEnvironment, errors: InternalErrors): SessionsInstrument {
  const active = new ActiveSessions(env);
  const started = counterOf(env, 'sessions_total');
  const turns = histogramOf(env, 'session_turns');
  const open = new Map<string, OpenSession>();

  /** The number of its turns is not known, so none is observed. */
  const giveUpOldest = () => {
    const [id, session] = open.entries().next().value as [string, OpenSession];
    open.delete(id);
    active.close(session.tenant);
    env.warn(
      'sessions',
      `More than ${MOST_OPEN_SESSIONS} sessions are open; end() is missing for some. The oldest is given up.`,
    );
  };

  return {
    start: guarded(errors, 'sessions', (sessionId: string, tenant?: string) => {
      if (open.has(sessionId)) return;
      if (open.size >= MOST_OPEN_SESSIONS) giveUpOldest();
      const session = { tenant: tenantOf(tenant), turns: 0 };
      open.set(sessionId, session);
      handleOf(started, session).inc();
      active.open(session.tenant);
    }),
    turn: guarded(errors, 'sessions', (sessionId: string) => {
      const session = open.get(sessionId);
      if (session === undefined) return;
      session.turns++;
      open.delete(sessionId);
      open.set(sessionId, session);
    }),
    end: guarded(errors, 'sessions', (sessionId: string) => {
      const session = open.get(sessionId);
      if (session === undefined) return;
      open.delete(sessionId);
      handleOf(turns, { tenant: session.tenant }).observe(session.turns);
      active.close(session.tenant);
    }),
    trackActive: guarded(errors, 'sessions', (tenant: string | undefined, increment = true) => {
      if (increment) active.open(tenantOf(tenant));
      else active.close(tenantOf(tenant));
    }),
  };
}

function tenantOf(given: string | undefined): string {
  return given || context.current().tenant || 'unknown';
}

import { describe, expect, it } from 'vitest';
import { context } from '../../../src/context/context.js';
import { MOST_OPEN_SESSIONS } from '../../../src/instruments/sessions.js';
import { useDefaultInstance } from './default-instance.js';

describe('the sessions instrument', () => {
  const on = useDefaultInstance();

  it('counts sessions, shows the open ones, and observes their turns at the end (S0.1)', async () => {
    const { sessions } = on.instance;
    sessions.start('a', 'acme');
    sessions.start('b', 'acme');
    sessions.turn('a');
    sessions.turn('a');
    sessions.turn('b');
    sessions.end('a');
    expect(await on.lines('session')).toEqual([
      'session_turns_count{company_id="acme"} 1',
      'session_turns_sum{company_id="acme"} 2',
      'sessions_total{company_id="acme"} 2',
    ]);
    expect(await on.lines('active_sessions_current')).toEqual(['active_sessions_current{company_id="acme"} 1']);
  });

  it('counts a session once, however often it is started or ended', async () => {
    const { sessions } = on.instance;
    sessions.start('a', 'acme');
    sessions.start('a', 'acme');
    sessions.end('a');
    sessions.end('a');
    sessions.turn('never started');
    expect(await on.lines('sessions_total')).toEqual(['sessions_total{company_id="acme"} 1']);
    expect(await on.lines('session_turns_count')).toEqual(['session_turns_count{company_id="acme"} 1']);
    expect(await on.lines('active_sessions_current')).toEqual(['active_sessions_current{company_id="acme"} 0']);
  });

  it('counts tenants together whose texts come to one label value', async () => {
    const { sessions } = on.instance;
    sessions.start('a', 'acme\ud800');
    sessions.start('b', 'acme\udbff');
    expect(await on.lines('active_sessions_current')).toEqual(['active_sessions_current{company_id="acme\ufffd"} 2']);
    sessions.end('a');
    expect(await on.lines('active_sessions_current')).toEqual(['active_sessions_current{company_id="acme\ufffd"} 1']);
  });

  it('never shows fewer than 0 open sessions', async () => {
    const { sessions } = on.instance;
    sessions.trackActive('acme', false);
    sessions.trackActive('acme');
    sessions.trackActive('acme', false);
    sessions.trackActive('acme', false);
    expect(await on.lines('active_sessions_current')).toEqual(['active_sessions_current{company_id="acme"} 0']);
    sessions.trackActive('acme');
    expect(await on.lines('active_sessions_current')).toEqual(['active_sessions_current{company_id="acme"} 1']);
  });

  it('ends a session under the tenant it was started with', async () => {
    const { sessions } = on.instance;
    context.run({ tenant: 'acme' }, () => sessions.start('a'));
    context.run({ tenant: 'globex' }, () => sessions.end('a'));
    expect(await on.lines('active_sessions_current')).toEqual(['active_sessions_current{company_id="acme"} 0']);
  });

  it('gives up the session that was silent longest when too many are open', async () => {
    const { sessions } = on.instance;
    for (let i = 0; i < MOST_OPEN_SESSIONS; i++) sessions.start(`s${i}`, 'acme');
    sessions.turn('s0');
    sessions.start('one more', 'acme');
    sessions.end('s1');
    expect(await on.lines('session_turns_count')).toEqual([]);
    expect(await on.lines('active_sessions_current')).toEqual([
      `active_sessions_current{company_id="acme"} ${MOST_OPEN_SESSIONS}`,
    ]);
    sessions.end('s0');
    expect(await on.lines('session_turns_sum')).toEqual(['session_turns_sum{company_id="acme"} 1']);
  });
});

describe('open sessions past the series limit', () => {
  const on = useDefaultInstance({ metrics: { seriesLimit: 10 } });

  it('are counted together, and not below 0', async () => {
    const { sessions } = on.instance;
    for (let i = 0; i < 15; i++) sessions.trackActive(`t${i}`);
    expect(await on.lines('active_sessions_current{company_id="__overflow__"}')).toEqual([
      'active_sessions_current{company_id="__overflow__"} 5',
    ]);
    for (let i = 0; i < 30; i++) sessions.trackActive(`t${10 + (i % 5)}`, false);
    expect(await on.lines('active_sessions_current{company_id="__overflow__"}')).toEqual([
      'active_sessions_current{company_id="__overflow__"} 0',
    ]);
  });
});

describe('open sessions without a tenant label', () => {
  const on = useDefaultInstance({ tenant: { label: false } });

  it('stand in one series', async () => {
    on.instance.sessions.trackActive('acme');
    on.instance.sessions.trackActive('globex');
    on.instance.sessions.trackActive('acme', false);
    expect(await on.lines('active_sessions_current')).toEqual(['active_sessions_current 1']);
  });
});

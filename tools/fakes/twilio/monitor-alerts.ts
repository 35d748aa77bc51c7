import type { ApiAnswer } from '../fake-server';

/** Something that Twilio noted in the Debugger. */
export interface Alert {
  errorCode: string;
  requestUrl: string;
  logLevel: 'error' | 'warning';
}

export const MONITOR_HOST = 'monitor.twilio.com';

/** What Twilio answers about alerts, newest first: https://www.twilio.com/docs/usage/monitor-alert */
export function answerAlerts(alerts: Alert[]): ApiAnswer {
  const items = alerts.map(({ errorCode, requestUrl, logLevel }, i) => ({
    sid: `NO${String(i).padStart(32, '0')}`,
    error_code: errorCode,
    log_level: logLevel,
    request_url: requestUrl,
    request_method: 'POST',
    alert_text: 'Msg=Got+HTTP+502',
    date_created: new Date().toISOString(),
  }));
  return { status: 200, body: { alerts: items, meta: { key: 'alerts', next_page_url: null } } };
}

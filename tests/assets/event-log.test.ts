import { eventLog, reasonOf } from '../../assets/event-log.private';
import { captureLog } from '../helpers/in-process-runtime';

afterEach(() => jest.restoreAllMocks());

describe('the log', () => {
  test('has a line for each event', () => {
    const log = captureLog();
    eventLog('onConversationAdd', 'file', performance.now()).info(
      'known',
      ['+1555•••0123'],
      [{ customer_id: 'C-1', display_name: 'Ada Okafor' }, undefined],
    );
    expect(log()).toEqual([
      expect.stringMatching(/^onConversationAdd \+1555•••0123 known customer_id="C-1" source=file \d+ ms$/),
    ]);
  });

  test('shows nothing of malformed JSON, numbers or e-mail addresses that an error quotes', () => {
    const malformed = (() => {
      try {
        return JSON.parse('{"name":"Ada Okafor"');
      } catch (error) {
        return error;
      }
    })();
    expect(reasonOf(malformed)).toBe('malformed JSON');
    expect(reasonOf(new Error('GET https://crm.example/?phone=+15551230123 failed'))).not.toContain('0123');
    expect(reasonOf(new Error('no (555) 123-0123'))).not.toContain('0123');
    expect(reasonOf(new Error('no ada@example.com\nat /var/task'))).toBe('no •••');
    expect(reasonOf('HTTP 500')).toBe('HTTP 500');
  });
});

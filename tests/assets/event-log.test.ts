import { parseAddress } from '../../assets/address.private';
import { eventLog, maskAddress, maskId, reasonOf } from '../../assets/event-log.private';
import { captureLog } from '../helpers/in-process-runtime';

afterEach(() => jest.restoreAllMocks());

test.each([
  ['+15551230123', '+1555•••0123'],
  ['whatsapp:+15551230123', 'whatsapp:+1555•••0123'],
  ['+3212345678', '•••'],
  ['messenger:1002003004', 'messenger:•••'],
  ['ana.okafor@example.com', 'email:•••'],
  ['AdaOkafor', '•••'],
])('%s is %s in the log', (text, masked) => {
  expect(maskAddress(parse(text))).toBe(masked);
});

test.each([
  ['C-1', '"C-1"'],
  ['51234567890', '"51234567890"'],
  ['0031t00000AbCdEfGh', '"0031t00000AbCdEfGh"'],
  ['ana@example.com', '•••'],
  ['+1 555-987-6543', '•••'],
  ['(555) 987-6543', '•••'],
  ['tel:+15559876543', '•••'],
  ['15551230123', '•••'],
  ['5551230123', '•••'],
  ['05551230123', '•••'],
  ['06 79 57 15 33', '•••'],
  ['0679571533', '•••'],
  ['0151/23456789', '•••'],
  ['1 (415) 555-0147 x12', '•••'],
  ['415-555-0199', '•••'],
  ['415.555.0188', '•••'],
  ['1-415-555-0148', '•••'],
  ['(415)555-0147x12', '•••'],
  ['030-1234', '•••'],
  ['1230123', '•••'],
  [`C-${'1'.repeat(38)}`, `"C-${'1'.repeat(38)}"`],
  [`C-${'1'.repeat(39)}`, '•••'],
  ['whatsapp:14155550199', '•••'],
  ['tel:4155550177', '•••'],
  ['7001234', '"7001234"'],
  ['recAbCdEfGhIjKlMn', '"recAbCdEfGhIjKlMn"'],
  ['sms +14155550199', '•••'],
  ['+14155550199-Ada', '•••'],
  ['Ada Okafor', '•••'],
  ['Okafor,A-1', '•••'],
  ['Okafor', '•••'],
  ['Ada +14155550199', '•••'],
  ['2026-001-0042', '"2026-001-0042"'],
  ['K-2026-0042', '"K-2026-0042"'],
])('the customer_id %s is %s in the log', (id, masked) => {
  expect(maskId(id, parse('whatsapp:+15551230123'))).toBe(masked);
});

describe('the log', () => {
  test('has a line for each event', () => {
    const log = captureLog();
    const members = [parse('+15551230123'), parse('+15551230124')];
    eventLog('onConversationAdd', 'file', performance.now()).info('known', members, [
      { customer_id: 'C-1', display_name: 'Ada Okafor' },
      { customer_id: 'C-2' },
    ]);
    expect(log()).toEqual([
      expect.stringMatching(
        /^onConversationAdd \+1555•••0123 \+1555•••0124 known customer_id="C-1" customer_id="C-2" \(no name\) source=file \d+ ms$/,
      ),
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
    const long = 'x '.repeat(146);
    expect(reasonOf(new Error(`${long}ada.okafor@example.com`))).not.toContain('ada');
    expect(reasonOf(new Error(`${long}+1 (555) 123-0123`))).not.toContain('555');
    expect(reasonOf(new Error('no ada@example.com\nat /var/task'))).toBe('no •••');
    expect(reasonOf('HTTP 500')).toBe('HTTP 500');
    expect(reasonOf('no 415 (555014')).toBe('no •••');
  });

  test("shows Twilio's status and code", () => {
    expect(reasonOf(new Error("Twilio's API: 401 (20003)"))).toBe("Twilio's API: 401 (20003)");
  });

  test.each([[undefined], [null]])('says so if an error is %p', (error) => {
    expect(reasonOf(error)).toBe('no reason');
  });
});

function parse(text: string) {
  const address = parseAddress(text);
  if (!address) throw new Error(`${text} is not an address`);
  return address;
}

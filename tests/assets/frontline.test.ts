import {
  conversationAttributes,
  parseAttributes,
  participantAttributes,
} from '../../assets/frontline.private';

const ada = { customer_id: 'C-1', display_name: 'Ada Okafor', avatar: 'https://example.com/ada.png' };

describe('attributes', () => {
  test.each([undefined, '', ' ', 'null', '{}'])('%p are none', (json) => {
    expect(parseAttributes(json)).toEqual({});
  });

  test.each(['[]', '1', '"a"', '{', 'undefined'])('%p are not a JSON object', (json) => {
    expect(parseAttributes(json)).toBeUndefined();
  });

  test('keep what is there, down to a name like __proto__', () => {
    const json = '{"__proto__":{"customer_id":"C-9"},"role":"payer"}';
    expect(participantAttributes(parseAttributes(json) ?? {}, { customer_id: 'C-1' })).toBe(
      '{"__proto__":{"customer_id":"C-9"},"role":"payer","customer_id":"C-1"}',
    );
    expect(conversationAttributes(json, ada)).toContain('"__proto__":{"customer_id":"C-9"},"role":"payer"');
  });
});

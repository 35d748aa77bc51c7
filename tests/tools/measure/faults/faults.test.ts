import { checkLinking, checkLog, checkNaming } from '../../../../tools/measure/faults/promises';

const answer = (status: number, body: unknown, ms = 10) => ({ status, body, ms });

describe('an answer of on-conversation-add', () => {
  const named = { friendly_name: 'Ada Okafor', attributes: '{"avatar":"https://example.com/ada.png"}' };
  test.each([
    ['named', answer(200, named)],
    ['by number', answer(200, { friendly_name: '+14155550147' })],
    ['as it is', answer(200, {})],
    ['any', answer(200, named)],
  ] as const)('is as promised: %s', (promise, given) => {
    expect(checkNaming(given, promise)).toEqual({ isLost: false, problem: undefined });
  });

  test.each([
    ['another status', answer(500, named), true],
    ['no answer', answer(0, 'ECONNRESET'), true],
    ['too late', answer(200, named, 5001), true],
    ['not named', answer(200, {}), false],
    ['an empty name', answer(200, { ...named, friendly_name: '' }), false],
    ['a name that is too long', answer(200, { ...named, friendly_name: 'A'.repeat(257) }), false],
    ['a name that is not text', answer(200, { ...named, friendly_name: ['Ada'] }), false],
    ['attributes that are not valid JSON', answer(200, { ...named, attributes: '{' }), false],
    ['attributes that are not an object', answer(200, { ...named, attributes: '7' }), false],
    [
      'attributes of over 16 KB',
      answer(200, { ...named, attributes: `{"note":"${'é'.repeat(8190)}"}` }),
      false,
    ],
    ['another property', answer(200, { ...named, state: 'closed' }), false],
  ])('is not: %s', (_name, given, isLost) => {
    expect(checkNaming(given, 'named')).toEqual({ isLost, problem: expect.any(String) });
  });
});

describe('an answer of on-participant-added', () => {
  test.each([
    ['linked', answer(200, {}), true],
    ['nothing to do', answer(200, {}), false],
    ['sent again', answer(503, {}), false],
    ['refused', answer(500, {}), false],
    ['any', answer(400, {}), false],
  ] as const)('is as promised: %s', (promise, given, isLinked) => {
    expect(checkLinking(given, promise, isLinked)).toEqual({ isLost: false, problem: undefined });
  });

  test.each([
    ['linked', answer(200, {}), false, true],
    ['linked', answer(503, {}), false, false],
    ['linked', answer(200, {}, 5001), true, false],
    ['sent again', answer(200, {}), false, true],
    ['sent again', answer(503, {}, 5001), false, true],
    ['sent again', answer(200, {}), true, false],
    ['nothing to do', answer(200, {}), true, false],
    ['refused', answer(200, {}), false, false],
    ['any', answer(500, {}), false, true],
  ] as const)('is not: %s, and answered %j, linked %p', (promise, given, isLinked, isLost) => {
    expect(checkLinking(given, promise, isLinked)).toEqual({ isLost, problem: expect.any(String) });
  });
});

test('a log is searched for what is personal, and for rejections that nobody handled', () => {
  const problem = (log: string) => checkLog({ log: () => log }, ['Ada', '+14155550147']);
  expect(problem('onConversationAdd +1415•••0147 known')).toBeUndefined();
  expect(problem('known Ada')).toBe('the log has "Ada"');
  expect(problem('unknown +14155550147')).toBe('the log has "+14155550147"');
  expect(problem('UnhandledPromiseRejection: no')).toBe('the log has an unhandled rejection');
});

import { describeTwilioError, nextStep, whatIsLeft } from '../../../../tools/commands/relink/remedy';

const answered = (status: number, code?: number) => Object.assign(new Error(), { status, code });

test.each([
  [answered(401, 20003), 'fix', 'are ACCOUNT_SID and AUTH_TOKEN those of your account?'],
  [answered(400, 50438), 'none', 'will fail again: see https://www.twilio.com/docs/api/errors/50438'],
  [answered(400), 'none', 'Twilio answered 400 and will fail again'],
  [answered(503, 20503), 'later', 'Twilio has a problem (503): try later, https://status.twilio.com'],
  [answered(429, 20429), 'later', 'Twilio answered 429'],
  [answered(409, 50386), 'again', 'Twilio answered 409 (50386)'],
  [Object.assign(new Error(), { code: 'ECONNRESET' }), 'again', 'no answer from Twilio (ECONNRESET)'],
])('%p is told, with what helps: %s', (error, remedy, reason) => {
  expect(describeTwilioError(error)).toEqual({ reason: expect.stringContaining(reason), remedy });
});

test('a hint says what to put right', () => {
  expect(describeTwilioError(answered(404, 20404), { 404: 'is it there?' })).toEqual({
    reason: 'Twilio answered 404: is it there?',
    remedy: 'fix',
  });
});

test('what to do next depends on what helps', () => {
  expect(nextStep('fix', true)).toBe('\nPut that right, then run it again: it goes on where it was.');
  expect(nextStep('later', false)).toBe('\nRun it again later.');
  expect(nextStep('none', true)).toBe('');
  expect(whatIsLeft(new Set(['none']))).toContain('does not help');
  expect(whatIsLeft(new Set(['none', 'later']))).toBe('What failed is left to do: run it again.');
});

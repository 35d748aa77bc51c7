import { printRun } from '../../../tools/simulator/print';

test('attributes that are JSON and no object are printed as none', () => {
  const participant = { sid: 'MB1', conversationSid: 'CH1', address: '+14155550147', attributes: 'null' };
  const conversation = {
    sid: 'CH1',
    friendlyName: 'Ada',
    attributes: 'null',
    participants: [participant],
    messages: [],
    isClosed: false,
  };
  expect(printRun(conversation, [], 'customers.json', [])).toContain(
    'Conversation\n  Ada\nParticipants\n  +14155550147\n',
  );
});

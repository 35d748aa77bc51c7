// The baseline, as public Frontline services do it: the participant is fetched, and updated if that changes anything.
const { getCustomerByNumber } = require(Runtime.getAssets()['/providers/customers.js'].path);

exports.handler = async (context, event, callback) => {
  const number = event['MessagingBinding.Address'];
  if (!number || event.Identity) return callback(null, {});
  const client = context.getTwilioClient();
  const participants = client.conversations.v1.conversations(event.ConversationSid).participants;
  const participant = await participants(event.ParticipantSid).fetch();
  const { customer_id, display_name, avatar } = (await getCustomerByNumber(context, number)) ?? {};
  const before = JSON.parse(participant.attributes);
  const attributes = JSON.stringify({
    ...before,
    customer_id: customer_id ?? before.customer_id,
    display_name,
    avatar,
  });
  if (attributes !== participant.attributes) await participant.update({ attributes });
  callback(null, {});
};

// The baseline, as public Frontline services do it: the customer's name, or else the number.
const { getCustomerByNumber } = require(Runtime.getAssets()['/providers/customers.js'].path);

exports.handler = async (context, event, callback) => {
  const number = event['MessagingBinding.Address'];
  const customer = await getCustomerByNumber(context, number);
  if (!customer) return callback(null, { friendly_name: number });
  const { display_name, avatar } = customer;
  callback(null, { friendly_name: display_name, attributes: JSON.stringify({ avatar }) });
};

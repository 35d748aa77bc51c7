// The baseline, as public Frontline services do it: the list of customers is loaded whole, and searched from its start.
const customers = require(Runtime.getAssets()['/customers.json'].path);

exports.handler = async (_context, event, callback) => {
  const number = event['MessagingBinding.Address'];
  const customer = customers.find(({ channels }) => channels.some(({ value }) => value === number));
  if (!customer) return callback(null, { friendly_name: number });
  const { display_name, avatar } = customer;
  callback(null, { friendly_name: display_name, attributes: JSON.stringify({ avatar }) });
};

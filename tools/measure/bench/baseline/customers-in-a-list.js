// The baseline, as public Frontline services do it: the list of customers is loaded whole, and searched from its start.
const customers = require(Runtime.getAssets()['/customers.json'].path);

exports.getCustomerByNumber = async (_context, number) =>
  customers.find(({ channels }) => channels.some(({ value }) => value === number));

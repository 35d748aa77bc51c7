// The baseline, as public Frontline services do it: the CRM is awaited, and its errors are logged.
// https://github.com/twilio-labs/frontline-salesforce-serverless-quickstart
const { once } = require('node:events');
const https = require('node:https');
const { json } = require('node:stream/consumers');

exports.getCustomerByNumber = async ({ CRM_URL }, number) => {
  try {
    const url = new URL(CRM_URL);
    url.searchParams.set('address', number);
    const [answer] = await once(https.get(url), 'response');
    if (answer.statusCode !== 200) throw new Error(`the CRM answered ${answer.statusCode}`);
    return await json(answer);
  } catch (error) {
    console.error(error);
  }
};

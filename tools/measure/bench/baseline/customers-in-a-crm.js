// The baseline, as public Frontline services do it: the CRM is awaited, and its errors are logged.
// https://github.com/twilio-labs/frontline-salesforce-serverless-quickstart
const axios = require('axios');

exports.getCustomerByNumber = async ({ CRM_URL }, number) => {
  try {
    const { data } = await axios.get(CRM_URL, { params: { address: number } });
    return data;
  } catch (error) {
    console.error(error);
  }
};

// `twilio-run start` on the port in PORT: its --port has a default, which hides the variable that its help names.
const flags = process.argv.splice(2);
process.argv.push('start', '--port', process.env.PORT || '3000', ...flags);
require('twilio-run/bin/twilio-run.js');

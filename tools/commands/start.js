// `twilio-run start` on the port in PORT: its --port has a default, which hides the variable that its help names. Where
// the port is taken, it would ask for another one, and without a terminal do nothing.
const { createServer } = require('node:net');

const port = Number(process.env.PORT) || 3000;
const flags = process.argv.splice(2);
process.argv.push('start', '--port', String(port), ...flags);

const probe = createServer().once('error', ({ code }) => {
  if (code !== 'EADDRINUSE') throw new Error(`Port ${port}: ${code}`);
  console.error(`Port ${port} is taken. Choose another one: PORT=${port + 1} npm start`);
  process.exit(1);
});
probe.listen(port, () => probe.close(() => require('twilio-run/bin/twilio-run.js')));

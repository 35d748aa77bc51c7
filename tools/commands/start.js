// `twilio-run start` on the port in PORT: its --port has a default, which hides the variable that its help names. If the
// port is taken, it would ask for another one, and without a terminal do nothing.
const { createServer } = require('node:net');

const PORT = process.env.PORT?.trim() || '3000';
const port = Number(PORT);
if (!Number.isInteger(port) || port < 1 || port > 65_535) {
  console.error(
    `PORT is ${PORT}, which is not a port: choose one from 1 to 65535, such as PORT=3000 npm start`,
  );
  process.exit(2);
}
const flags = process.argv.splice(2);
process.argv.push('start', '--port', String(port), ...flags);

const probe = createServer().once('error', ({ code, message }) => {
  const reason = code === 'EADDRINUSE' ? 'is taken' : `cannot be listened on (${code ?? message})`;
  console.error(
    `Port ${port} ${reason}. Choose another one: PORT=${port === 65_535 ? 3000 : port + 1} npm start`,
  );
  process.exit(1);
});
probe.listen(port, () => probe.close(() => require('twilio-run/bin/twilio-run.js')));

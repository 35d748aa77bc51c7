// Sends every request by node:https to the fake CRMs, whatever its host, and has their certificate trusted.
const { readFileSync } = require('node:fs');
const https = require('node:https');

https.globalAgent = new https.Agent({
  host: '127.0.0.1',
  port: process.env.FAKE_CRMS_PORT,
  ca: readFileSync(process.env.FAKE_CRMS_CERTIFICATE),
  keepAlive: true,
});

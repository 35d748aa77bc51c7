// Leads every request by node:https to the stand-in for the CRMs, whatever the host, and has its certificate trusted.
const { readFileSync } = require('node:fs');
const https = require('node:https');

https.globalAgent = new https.Agent({
  host: '127.0.0.1',
  port: process.env.CRM_API_PORT,
  ca: readFileSync(process.env.CRM_API_CERTIFICATE),
  keepAlive: true,
});

// Serves the build in this folder by Twilio's local runtime, as `twilio-run start` does, which takes twice as long to start: it
// loads its other commands as well. What the Functions log is all that is written.
// https://github.com/twilio-labs/serverless-toolkit/blob/main/packages/twilio-run/src/runtime/server.ts
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { getListOfFunctionsAndAssets } = require('@twilio-labs/serverless-api/dist/utils/fs');
const { LocalDevelopmentServer } = require('@twilio/runtime-handler/dev');

const [, , wantedPort, forks] = process.argv;

async function serve() {
  const baseDir = process.cwd();
  const { functionsFolder, assetsFolder } = JSON.parse(readFileSync('.twilioserverlessrc', 'utf8'));
  const routes = await getListOfFunctionsAndAssets(baseDir, {
    functionsFolderNames: [functionsFolder],
    assetsFolderNames: [assetsFolder],
  });
  const config = { baseDir, env: process.env, routes, forkProcess: forks === 'forks' };
  const server = createServer();
  server.listen(Number(wantedPort), () => {
    const { port } = server.address();
    // Which port it is gets into the Functions' domain.
    server.on('request', new LocalDevelopmentServer(port, config).getApp());
    process.send({ servedOn: port });
  });
}

void serve();
